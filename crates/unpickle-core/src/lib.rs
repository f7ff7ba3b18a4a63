//! Decode Python pickles without running them, and encode them.
//!
//! A pickle is a program for a small machine that may import and call whatever it likes. This crate runs the
//! machine and does neither: a global is two strings ([`Class`]), a call is a record ([`Object`]), and all else is
//! data, kept as Python would hold it, identity, sharing and cycles too.
//!
//! ```
//! use unpickle_core::{Pickle, View};
//!
//! // pickle.dumps({"Student 1": {"Name": "Ada", "Age": 36}}, protocol=2)
//! let bytes = b"\x80\x02}X\x09\0\0\0Student 1}(X\x04\0\0\0NameX\x03\0\0\0AdaX\x03\0\0\0AgeK\x24us.";
//! let pickle = Pickle::parse(&bytes[..])?;
//!
//! let student = pickle.root().item("Student 1")?;
//! assert_eq!(student.item("Name")?.as_str(), Some("Ada"));
//! match student.item("Age")?.view() {
//!     View::Int(age) => assert_eq!(age.to_string(), "36"),
//!     _ => unreachable!(),
//! }
//! # Ok::<(), unpickle_core::Error>(())
//! ```
//!
//! * [`Pickle`] and [`Options`] decode; [`Pickles`] several in a row.
//! * [`Value`] is the cursor: [`get`](Value::get), [`item`](Value::item), [`attr`](Value::attr), the `as_` methods,
//!   [`view`](Value::view) for `match`, [`extract`](Value::extract) for Rust types, [`repr`](Value::repr) to print.
//!   One law of names, Python's own: `get` may find nothing; `item` and `attr` say why not.
//! * [`Assembly`] makes one graph of several pickles and raw bytes, [`Inline`] reads what stands between opcodes.
//! * [`EncodeOptions`] writes a value again, at any protocol; [`Encoder`] writes a pickle value by value, to anything that is
//!   written to, as CPython does byte by byte. [`optimize()`] drops what is remembered for nothing.
//! * With the feature `serde`, the module `serde` deserialises Rust types of your own and serialises them.
//! * [`Ops`] lists opcodes without a stack, [`dis()`] prints them as `pickletools.dis` does.
//!
//! # Safety
//!
//! Nothing is executed. There is no `unsafe`. Whatever the bytes: no panic, no recursion over data, and memory
//! linear in the input, for lengths are checked against what is left and sharing is never expanded.
//!
//! # How values are kept
//!
//! The pickle is the arena. A leaf (number, text, `None`) is the offset of its opcode, eight bytes; a long row of
//! leaves is one such word; a container or object is a record of sixteen bytes and a word for each thing it holds.
//! Items of a list that are made by the same opcodes (a million dicts of one shape) have no records of their own: the
//! opcodes are learned from two of them, and of each is kept where its leaves are, four bytes for one.
//! So strings are not copied, every value knows its byte, and dropping is a few deallocations.
//!
//! # Speed
//!
//! Against `pickle.loads` with Python's collector off (CPython 3.11, two cores of a shared machine, medians), decoding and
//! dropping takes less time by the factors below. `cargo bench -p unpickle-core` times both in one run and ends with this
//! table.
//!
//! | pickle | times faster |
//! |---|---|
//! | 10 million short strings | 28 |
//! | the same, every seventh `None` | 27 |
//! | 1 million dicts of four keys | 16 |
//! | 3 million ints | 70 |
//! | 3 million floats | 30 to 50 |
//! | 200,000 small numpy arrays | 50 to 70 |
//! | 1 million lists of two ints | 11 |
#![forbid(unsafe_code)]

mod assembly;
mod buffer;
mod class;
mod dict;
mod dis;
mod encode;
mod error;
mod extract;
mod graph;
mod inline;
mod int;
mod key;
mod leaf;
mod limits;
mod machine;
mod memo;
mod names;
mod object;
mod op;
mod ops;
mod pickle;
mod repr;
mod seq;
#[cfg(feature = "serde")]
pub mod serde;
mod str;
mod table;
mod template;
mod text;
mod value;
mod word;

pub use crate::assembly::Assembly;
pub use crate::buffer::{Buffer, LazyBytes};
pub use crate::class::Class;
pub use crate::dict::{Dict, Layout};
pub use crate::dis::dis;
pub use crate::encode::{EncodeOptions, Encoder, Memo, Protocol, optimize};
pub use crate::error::{Category, Error, Result};
pub use crate::extract::FromPickle;
pub use crate::inline::{Inline, Payload};
pub use crate::int::Int;
pub use crate::key::Key;
pub use crate::limits::Limits;
pub use crate::object::{Call, Make, Object};
pub use crate::op::Opcode;
pub use crate::ops::{Argument, Op, Ops};
pub use crate::pickle::{Encoding, Options, Pickle, Pickles};
pub use crate::repr::Repr;
pub use crate::seq::{Iter, Seq};
pub use crate::str::Str;
pub use crate::value::{Id, Kind, Value, View};
