//! The native half of the wheel `unpickle`: files, tables and values of pickles for Python. What users import, and its
//! documentation, is in `python/unpickle`.

mod array;
mod batches;
mod blobs;
mod command;
mod error;
mod file;
mod fit;
mod globals;
mod part;
mod plain;
mod source;
mod stream;
mod table;
mod value;
mod work;
mod write;

use pyo3::prelude::*;

/// What `unpickle/__init__.py` imports from.
#[pymodule]
mod _native {
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::batches::Batches;
    #[pymodule_export]
    use crate::blobs::decode_blobs;
    #[pymodule_export]
    use crate::command::run;
    #[pymodule_export]
    use crate::error::PickleError;
    #[pymodule_export]
    use crate::file::{File, open};
    #[pymodule_export]
    use crate::globals::scan;
    #[pymodule_export]
    use crate::table::Table;
    #[pymodule_export]
    use crate::value::Value;
    #[pymodule_export]
    use crate::work::after_fork;

    /// Errors that are raised in Python know no place, unless they are told one.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let error = module.py().get_type::<PickleError>();
        error.setattr("offset", module.py().None())?;
        error.setattr("path", module.py().None())
    }
}
