//! Pickles that joblib wrote: with arrays between the opcodes, or in files beside.

use std::collections::HashMap;

use unpickle_core::{Category, Error, Options, Pickle, Result};
use unpickle_file::{Input, Shared};
use unpickle_numpy::Joblib;

/// Decodes the pickles in `input`; those of all other libraries, too.
pub(crate) fn read(input: &Shared, options: &Options<'_>) -> Result<Pickle<Shared>> {
    let joblib = Joblib::new();
    let pickle = options.clone().with_inline(&joblib).parse_all(input.clone())?;
    match &*joblib.missing() {
        [] => Ok(pickle),
        missing => beside(input, missing, options),
    }
}

/// The same with the files of these names, which are read into memory behind the pickle.
fn beside(input: &Shared, names: &[String], options: &Options<'_>) -> Result<Pickle<Shared>> {
    let pickle = input.as_ref();
    let mut bytes = pickle.to_vec();
    let mut files = HashMap::new();
    for name in names {
        if files.contains_key(name) {
            continue;
        }
        let start = bytes.len();
        input.input().append_beside(name, &mut bytes).map_err(|error| {
            let message = format!("{error} (joblib wrote arrays of the pickle into files beside it)");
            Error::message(Category::Io, message)
        })?;
        files.insert(name.clone(), start..bytes.len());
    }
    let joblib = Joblib::with_sidecars(files);
    let end = pickle.len();
    options.clone().with_inline(&joblib).assemble(Shared::new(Input::from_bytes(bytes)), |assembly| {
        assembly.pickle(0..end).map(|(root, _)| root)
    })
}
