//! Each construct of numpy, from bytes that numpy wrote.

mod arrays;
mod dtypes;
mod encode;
mod hostile;
mod joblib;
mod masked;
mod npy;
mod objects;
mod pickles;
mod scalars;
mod sharing;
mod text;
mod views;

use unpickle_core::{FromPickle, Pickle};

/// Parses and reads what is at the root.
fn read<T>(bytes: &'static [u8]) -> T
where
    T: FromPickle<'static>,
{
    root(bytes).extract().unwrap()
}

/// The root of a pickle that is kept for ever, so that tests need not hold it.
fn root(bytes: &'static [u8]) -> unpickle_core::Value<'static> {
    let pickle: &'static Pickle<&'static [u8]> = Box::leak(Box::new(Pickle::parse(bytes).unwrap()));
    pickle.root()
}
