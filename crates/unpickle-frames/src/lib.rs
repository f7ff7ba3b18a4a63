//! Tables of Arrow as pickles that pandas loads.
//!
//! [`write_frame`] writes a `DataFrame` from any [`Source`]: [`Batches`] in memory, or a file of another format that
//! [`open`] reads, column by column where the format allows it, so that a table larger than memory can be pickled.
//! [`FrameOptions`] say for which pandas: [`Target`].
//!
//! | a column of | becomes |
//! |---|---|
//! | integers, floats, booleans | the same; integers with nulls are float64, booleans with nulls objects |
//! | the same, of a nullable dtype by the metadata | `Int64` and its like |
//! | text | Python's `str` in an object column; for pandas 3, the dtype `str`; `string` if the metadata say so |
//! | times, spans | `datetime64`, `timedelta64` of their unit; of nanoseconds for pandas 1.5 |
//! | times in a zone | the same in that zone |
//! | dictionaries | categories |
//! | dates, times of day, decimals, bytes, UUIDs | Python's objects |
//! | lists, structs, maps | lists, dicts, lists of pairs |
//! | periods, intervals, complex numbers as pandas and this library write them | the same |
#![forbid(unsafe_code)]

mod arrays;
mod arrow_text;
mod categories;
mod cells;
mod column;
mod frame;
mod index;
mod input;
mod kind;
mod labels;
mod levels;
mod literal;
mod metadata;
mod numbers;
mod offsets;
mod options;
mod pen;
mod plan;
mod source;
mod target;
mod zone;

pub use crate::frame::{Written, write_frame};
pub use crate::input::{InputFormat, open};
pub use crate::options::FrameOptions;
pub use crate::source::{Batches, Chunks, Source};
pub use crate::target::Target;
