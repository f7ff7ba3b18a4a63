//! The other way: values to pickles.
//!
//! [`Encoder`] is the bottom: it knows the opcodes, the memo, batches and frames, and writes whatever it is told, as CPython would. On
//! it stand [`walk`], which writes a decoded value, and whoever makes pickles of something else.
//!
//! # Where the bytes are not those of CPython
//!
//! Of plain data (`None`, bools, ints, floats, text, bytes, lists, tuples, dicts, sets) the bytes are those that `pickle.dumps` gives of what
//! `pickle.loads` makes of the pickle, but for:
//!
//! * the order of the items of a set or frozenset: Python's hash table decides, and it may change when they are loaded. Here it is that of
//!   the pickle.
//! * a dict that a pickle gives a key twice, which no pickler does: both are written, and the last counts when it is loaded.
//! * what Python refuses to load or dump: text that is no UTF-8, an int of more than 4,299 digits below protocol 2.
//! * values that are one object in memory by chance (constants of one program, `sys.intern`) and were not made by a pickle: only
//!   texts of one Latin-1 character, and what is empty, are known to be.
//!
//! Objects, globals and what stands for something outside are written as they were decoded: the opcodes are those that Python reads, not
//! always those that it would choose.

mod call;
mod containers;
mod copy;
mod encoder;
mod frames;
mod global;
mod optimize;
mod options;
mod parts;
mod places;
mod protocol;
mod scalars;
mod spell;
mod walk;

#[cfg(feature = "serde")]
pub(crate) use containers::{Open, length};
pub use encoder::{Encoder, Memo};
pub use optimize::optimize;
pub use options::EncodeOptions;
pub use protocol::Protocol;
