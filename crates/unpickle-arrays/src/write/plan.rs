//! What becomes of each array, found before a byte is written.

use std::collections::HashSet;

use unpickle_core::{Category, Error, Result};
use unpickle_numpy::{Dtype, DtypeKind, NdArray};

use super::{Chunks, safetensors};
use crate::cells::Cells;
use crate::growth::Growth;
use crate::named::NamedArray;
use crate::notes::Notes;
use crate::options::{ArrayFormat, ArrayOptions};

/// The arrays to write, in order, and what is to be said of them.
pub(super) struct Plan<'a, 'p> {
    pub(super) arrays: Vec<Planned<'a, 'p>>,
    pub(super) notes: Notes,
}

/// One array and what becomes of it.
pub(super) struct Planned<'a, 'p> {
    pub(super) name: &'a str,
    pub(super) array: &'a NamedArray<'p>,
    /// The dtype in the file.
    pub(super) dtype: Dtype,
    pub(super) how: How,
}

/// How elements are made into those of the file.
pub(super) enum How {
    /// As they are.
    Bytes,
    /// Narrow floats, as `float32`: every one of them is one.
    Floats,
    /// Pairs of `float16`, as `complex64`.
    Complex,
    /// The objects, as what they are.
    Cells(Cells),
}

/// `numpy.load` takes headers of at most 10,000 characters unless it is told otherwise.
const LONG_HEADER: usize = 9_800;

/// Longest name that a zip file has room for, with its ending.
const MAX_NAME: usize = 65_000;

impl<'a, 'p> Plan<'a, 'p> {
    pub(super) fn new(
        arrays: &[&'a NamedArray<'p>],
        format: ArrayFormat,
        options: &ArrayOptions,
    ) -> Result<Plan<'a, 'p>> {
        let mut plan = Plan { arrays: Vec::with_capacity(arrays.len()), notes: Notes::default() };
        let mut refused = Notes::default();
        let mut taken: HashSet<&str> = HashSet::with_capacity(arrays.len());
        for &array in arrays {
            // What `numpy.savez` calls an array that was given no name.
            let name = if array.name().is_empty() { "arr_0" } else { array.name() };
            let planned = match plan.one(name, array, format) {
                Ok(_) if !taken.insert(name) => Err("a name that two arrays have".to_owned()),
                Ok(planned) if format == ArrayFormat::Npz => check_name(name).map(|()| planned),
                planned => planned,
            };
            match planned {
                Ok(planned) => plan.arrays.push(planned),
                Err(why) if options.skip => plan.notes.add(format!("left out: {why}"), name),
                Err(why) => refused.add(why, name),
            }
        }
        if !refused.is_empty() {
            return Err(refusal(&refused, format));
        }
        plan.check_growth()?;
        Ok(plan)
    }

    /// Refuses what would fill a disk out of few bytes.
    fn check_growth(&self) -> Result<()> {
        let mut growth = Growth::default();
        for planned in &self.arrays {
            let own = match planned.how {
                // These have a bound of their own.
                How::Cells(_) => planned.bytes(),
                _ => planned.array.storage_bytes(),
            };
            growth.add(planned.array, planned.bytes(), own);
        }
        growth.check()
    }

    /// What becomes of one array, or why it cannot be written.
    fn one(
        &mut self,
        name: &'a str,
        array: &'a NamedArray<'p>,
        format: ArrayFormat,
    ) -> Result<Planned<'a, 'p>, String> {
        if !array.has_data() {
            return Err("a tensor without data, of the device `meta`".to_owned());
        }
        let (mut dtype, mut how) = (array.dtype().clone(), How::Bytes);
        if let Some(called) = array.other_dtype_name() {
            self.notes.add(format!("{called}, written as {dtype}"), name);
        }
        if dtype.has_object() {
            let cells =
                array.load().map_err(|error| error.to_string()).and_then(|array| Cells::of(&array))?;
            dtype = cells.dtype().ok_or("objects")?;
            self.notes.add(format!("objects, written as {}", brief(&dtype)), name);
            how = How::Cells(cells);
        }
        let wide = match dtype.kind() {
            DtypeKind::BFloat16 | DtypeKind::Float8(_) if format != ArrayFormat::Safetensors => {
                Some((Dtype::float(4), How::Floats))
            }
            DtypeKind::ComplexHalf => Some((Dtype::complex(8), How::Complex)),
            _ => None,
        };
        if let Some((wide, into)) = wide {
            self.notes.add(format!("{dtype}, written as {wide}, exactly"), name);
            (dtype, how) = (wide, into);
        }
        match format {
            ArrayFormat::Npy | ArrayFormat::Npz => {
                let descr =
                    dtype.descr().ok_or_else(|| format!("numpy has no spelling for {}", brief(&dtype)))?;
                if descr.len() > LONG_HEADER {
                    let what = "so many fields that numpy.load wants `max_header_size` for them";
                    self.notes.add(what, name);
                }
            }
            ArrayFormat::Safetensors => {
                safetensors::dtype(&dtype)
                    .ok_or_else(|| array.other_dtype_name().map_or(brief(&dtype), str::to_owned))?;
                if name == safetensors::METADATA {
                    return Err("a name that the format keeps for itself".to_owned());
                }
            }
        }
        Ok(Planned { name, array, dtype, how })
    }
}

impl Planned<'_, '_> {
    /// Bytes of all elements in the file.
    pub(super) fn bytes(&self) -> u64 {
        (self.array.len() as u64).saturating_mul(self.dtype.itemsize() as u64)
    }

    /// The array, if it is what it was said to be.
    pub(super) fn load(&self) -> Result<NdArray<'_>> {
        let array = self.array.load()?;
        if array.shape() == self.array.shape() && array.dtype().itemsize() == self.array.dtype().itemsize() {
            return Ok(array);
        }
        let message = format!("array `{}` is not of the shape that it was listed with", self.name);
        Err(Error::invalid(self.array.value(), message))
    }

    /// Writes the elements in logical order.
    pub(super) fn elements(
        &self,
        array: &NdArray<'_>,
        little_endian: bool,
        out: &mut Chunks<'_>,
    ) -> Result<()> {
        match &self.how {
            How::Bytes => out.elements(array, little_endian),
            How::Floats => out.floats(array),
            How::Complex => out.complex(array),
            How::Cells(cells) => cells.write(array, out),
        }
        .map_err(|error| error.within(format!("array `{}`", self.name)))
    }
}

/// Whether a zip file can hold the name as it is.
fn check_name(name: &str) -> Result<(), String> {
    if name.len() > MAX_NAME {
        return Err("a name of more than 65 kB".to_owned());
    }
    // Python's zipfile ends a name there.
    if name.contains('\0') {
        return Err("a name with NUL in it".to_owned());
    }
    Ok(())
}

/// A dtype in few words.
fn brief(dtype: &Dtype) -> String {
    match dtype.kind() {
        DtypeKind::Struct(fields) if fields.len() == 1 => "structures of 1 field".to_owned(),
        DtypeKind::Struct(fields) => format!("structures of {} fields", fields.len()),
        _ => dtype.to_little_endian().to_string(),
    }
}

#[cold]
fn refusal(refused: &Notes, format: ArrayFormat) -> Error {
    let arrays = refused.count();
    let each = refused.told(|names, why| format!("{names} ({why})"));
    let what = if arrays == 1 { "an array" } else { "arrays" };
    let instead = match format {
        ArrayFormat::Safetensors => "write .npz, or take the others by their paths",
        _ => "take the others by their paths",
    };
    let message = format!("{what} that .{format} cannot hold: {}; {instead}", each.join(", "));
    Error::message(Category::Unsupported, message)
}
