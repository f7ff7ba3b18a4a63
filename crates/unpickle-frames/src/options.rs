//! [`FrameOptions`]: how a table is pickled.

use unpickle_core::Protocol;

use crate::target::Target;

/// How a table is pickled. Made by [`FrameOptions::new`].
#[derive(Clone, Debug)]
pub struct FrameOptions {
    pub(crate) target: Target,
    pub(crate) protocol: Protocol,
    pub(crate) columns: Option<Vec<String>>,
    pub(crate) head: Option<usize>,
    pub(crate) index: bool,
    pub(crate) objects: bool,
}

impl Default for FrameOptions {
    fn default() -> FrameOptions {
        FrameOptions {
            target: Target::default(),
            protocol: Protocol::DEFAULT,
            columns: None,
            head: None,
            index: true,
            objects: false,
        }
    }
}

impl FrameOptions {
    /// The defaults: for pandas 2 and 3, protocol 4, all columns and rows, with the index.
    pub fn new() -> FrameOptions {
        FrameOptions::default()
    }

    /// Which pandas is to load it. The default is [`Target::Pandas2`].
    #[must_use]
    pub fn with_target(mut self, target: Target) -> FrameOptions {
        self.target = target;
        self
    }

    /// The protocol, 2 to 5. The default is 4.
    #[must_use]
    pub fn with_protocol(mut self, protocol: Protocol) -> FrameOptions {
        self.protocol = protocol;
        self
    }

    /// Only these columns, in this order, and the index. The default is all.
    #[must_use]
    pub fn with_columns<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> FrameOptions {
        self.columns = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Only so many rows, the first ones. The default is all.
    #[must_use]
    pub fn with_head(mut self, rows: usize) -> FrameOptions {
        self.head = Some(rows);
        self
    }

    /// Whether the index is kept; else rows are counted. The default is true.
    #[must_use]
    pub fn with_index(mut self, index: bool) -> FrameOptions {
        self.index = index;
        self
    }

    /// Whether a column of numbers, truth values or times that the metadata call `object` holds Python's objects again. The default is
    /// false: `pandas.read_parquet` makes it one of numbers.
    #[must_use]
    pub fn with_objects(mut self, objects: bool) -> FrameOptions {
        self.objects = objects;
        self
    }
}
