//! `Pickle`: a decoded pickle, and how it is made.

use std::sync::Arc;

use crate::assembly::Assembly;
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::inline::Inline;
use crate::limits::Limits;
use crate::machine::Machine;
use crate::table::Table;
use crate::value::{Id, Value};
use crate::word::{Ref, Word};

/// What a Python 2 `str` is taken for: its bytes may be text or data, and the pickle does not say which.
///
/// Data (what numpy, pandas and `datetime` keep) is read as bytes whatever is chosen here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// Text where the bytes are UTF-8, else Latin-1 for names and keys, and bytes for columns.
    #[default]
    Auto,
    /// Text; bytes that are not UTF-8 stay bytes.
    Utf8,
    /// Text of one character a byte.
    Latin1,
    /// Bytes.
    Bytes,
}

/// How to decode. Made by [`Options::new`], used by [`Options::parse`].
///
/// ```
/// use unpickle_core::{Encoding, Options};
///
/// // Python 2's pickle.dumps('caf\xe9', 1)
/// let pickle = Options::new().with_encoding(Encoding::Latin1).parse(b"U\x04caf\xe9.")?;
/// assert_eq!(pickle.root().as_text().as_deref(), Some("café"));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Options<'o> {
    pub(crate) limits: Limits,
    pub(crate) encoding: Encoding,
    pub(crate) buffers: Vec<Arc<[u8]>>,
    pub(crate) inline: Option<&'o dyn Inline>,
    pub(crate) rows: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            limits: Limits::default(),
            encoding: Encoding::default(),
            buffers: Vec::new(),
            inline: None,
            rows: true,
        }
    }
}

impl<'o> Options<'o> {
    /// The defaults: no limit of memory but the input's own size, Python 2 `str` by [`Encoding::Auto`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Bounds what decoding and exporting may use.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Says what a Python 2 `str` is.
    #[must_use]
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Gives the out-of-band buffers of protocol 5, in the order in which `buffer_callback` got them.
    #[must_use]
    pub fn with_buffers(mut self, buffers: Vec<Arc<[u8]>>) -> Self {
        self.buffers = buffers;
        self
    }

    /// Gives who knows the data that stands between opcodes, as joblib writes it.
    #[must_use]
    pub fn with_inline(mut self, inline: &'o dyn Inline) -> Self {
        self.inline = Some(inline);
        self
    }

    /// Keeps each container as it is, alone, instead of items made alike as rows of one table, and looks at each leaf by
    /// itself, instead of at many like each other. The values are the same, decoding takes longer, and the tables are
    /// larger: good for tests that compare the two.
    #[doc(hidden)]
    #[must_use]
    pub fn without_rows(mut self) -> Self {
        self.rows = false;
        self
    }

    /// Decodes the pickle at the start of `input`; what follows its STOP is left alone.
    ///
    /// # Errors
    ///
    /// The bytes are no pickle, or it ends too early, or a limit is reached. Nothing is ever executed.
    pub fn parse<B: AsRef<[u8]>>(&self, input: B) -> Result<Pickle<B>> {
        self.parse_at(input, 0)
    }

    /// Decodes the pickle that starts at byte `offset` of `input`. All offsets count from the start of `input`.
    ///
    /// # Errors
    ///
    /// As [`Options::parse`].
    pub fn parse_at<B: AsRef<[u8]>>(&self, input: B, offset: u64) -> Result<Pickle<B>> {
        let at = usize::try_from(offset).unwrap_or(usize::MAX);
        let (graph, end) = Machine::new(input.as_ref(), at, self).run()?;
        Ok(Pickle { input, graph, end, rest: None })
    }

    /// Decodes all pickles in `input`, one after the other as repeated `pickle.dump` to one file writes them, into one
    /// [`Pickle`]. Each has a memo of its own; [`Pickle::roots`] are their values.
    ///
    /// ```
    /// use unpickle_core::Options;
    ///
    /// let pickle = Options::new().parse_all(&b"K\x01.\x80\x02K\x02.\xff"[..])?;
    /// assert_eq!(pickle.roots().filter_map(|value| value.as_i64()).collect::<Vec<_>>(), [1, 2]);
    /// assert_eq!(pickle.end(), 8);
    /// assert_eq!(pickle.rest().and_then(|error| error.offset()), Some(8));
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`Options::parse`], for the first. What follows the last pickle is no error: Python does not look at it
    /// either, and [`Pickle::rest`] says what is wrong with it.
    pub fn parse_all<B: AsRef<[u8]>>(&self, input: B) -> Result<Pickle<B>> {
        let (graph, end, rest) = Machine::new(input.as_ref(), 0, self).run_all()?;
        Ok(Pickle { input, graph, end, rest })
    }

    /// Puts a [`Pickle`] together from several pickles and raw bytes, all in one `input`; see [`Assembly`]. What
    /// `build` gives is the root.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    pub fn assemble<B: AsRef<[u8]>>(
        &self,
        input: B,
        build: impl FnOnce(&mut Assembly<'_>) -> Result<Id>,
    ) -> Result<Pickle<B>> {
        let bytes = input.as_ref();
        let mut assembly = Assembly::new(Machine::new(bytes, 0, self));
        let root = build(&mut assembly)?;
        let (graph, end) = (assembly.into_machine().finish(Word::from_bits(root.0)), bytes.len());
        Ok(Pickle { input, graph, end, rest: None })
    }
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("encoding", &self.encoding)
            .field("buffers", &self.buffers.len())
            .finish_non_exhaustive()
    }
}

/// A decoded pickle: the input and the tables that lead into it. Nothing of it was executed.
///
/// `B` is what holds the bytes: `Vec<u8>`, `&[u8]`, a mapped file. Strings, bytes and numbers are not copied out of
/// it. Dropping is a matter of a few deallocations, however deep the values nest.
///
/// ```
/// // pickle.dumps({"a": [1, 2]}, protocol=4)
/// let bytes = b"\x80\x04\x95\x0f\0\0\0\0\0\0\0}\x94\x8c\x01a\x94]\x94(K\x01K\x02es.";
/// let pickle = unpickle_core::Pickle::parse(&bytes[..])?;
/// assert_eq!(pickle.protocol(), 4);
/// assert_eq!(pickle.end(), bytes.len() as u64);
/// assert_eq!(pickle.root().to_string(), "{'a': [1, 2]}");
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub struct Pickle<B = Vec<u8>> {
    input: B,
    graph: Graph,
    end: usize,
    rest: Option<Error>,
}

impl<B: AsRef<[u8]>> Pickle<B> {
    /// Decodes the pickle at the start of `input`; see [`Options`] for more.
    ///
    /// # Errors
    ///
    /// As [`Options::parse`].
    pub fn parse(input: B) -> Result<Pickle<B>> {
        Options::new().parse(input)
    }

    /// What was pickled; the first value, if there are several.
    pub fn root(&self) -> Value<'_> {
        Value::new(&self.graph, self.input.as_ref(), self.graph.root)
    }

    /// The value of each pickle: one, unless [`Options::parse_all`] met several.
    pub fn roots(&self) -> impl ExactSizeIterator<Item = Value<'_>> {
        let row = self.row().and_then(Value::as_list);
        (0..row.map_or(1, |row| row.len()))
            .map(move |i| row.and_then(|row| row.get(i)).unwrap_or(self.root()))
    }

    /// The values of several pickles in a row, as a list.
    pub fn row(&self) -> Option<Value<'_>> {
        self.graph.row.map(|row| Value::new(&self.graph, self.input.as_ref(), row))
    }

    /// Why the bytes behind the last pickle are none, if [`Options::parse_all`] met any.
    pub fn rest(&self) -> Option<&Error> {
        self.rest.as_ref()
    }

    /// The first byte behind the last STOP: where another pickle, or something else, may begin.
    pub fn end(&self) -> u64 {
        self.end as u64
    }

    /// The protocol that the (first) pickle says it is of; 0 where it says none, as protocols 0 and 1 do.
    pub fn protocol(&self) -> u8 {
        self.graph.protocol
    }

    /// The bytes it was decoded from.
    pub fn input(&self) -> &[u8] {
        self.input.as_ref()
    }

    /// The value of an [`Id`] of this pickle.
    pub fn value(&self, id: Id) -> Option<Value<'_>> {
        let word = Word::from_bits(id.0);
        let input = self.input.as_ref();
        let known = match word.get() {
            Ref::Leaf(at) => at < input.len(),
            Ref::Record(index) => self.graph.record(index).is_some(),
            Ref::Side(at) => at < self.graph.side.len(),
            Ref::Node { .. } => self.graph.part(word).is_some(),
            Ref::Run { .. } | Ref::Rows { .. } => false,
        };
        known.then(|| Value::new(&self.graph, input, word))
    }

    /// Every container, global and object that decoding made. (The empty tuple, numbers, text and bytes are none.) Those
    /// that stand in rows of items made alike come last, all others in the order of their opcodes' work.
    pub fn objects(&self) -> impl Iterator<Item = Value<'_>> {
        let value = |word| Value::new(&self.graph, self.input.as_ref(), word);
        let rows = self.graph.tables.iter().enumerate().flat_map(|(index, table)| {
            let nodes = table.template.nodes.len();
            (0..table.rows()).flat_map(move |row| (0..nodes).map(move |node| Word::node(index, node, row)))
        });
        (0..self.graph.records.len()).map(|index| Word::record(index as u32)).chain(rows).map(value)
    }

    /// Bytes that the tables take, the input apart.
    pub fn memory(&self) -> usize {
        let graph = &self.graph;
        let bigs: usize = graph.bigs.iter().map(|big| big.words.capacity() * 8 + size_of_val(big)).sum();
        let extras: usize = graph
            .extras
            .iter()
            .map(|extra| (extra.states.capacity() + extra.calls.capacity()) * 8 + size_of_val(extra))
            .sum();
        let tables: usize = graph.tables.iter().map(Table::memory).sum();
        tables
            + graph.records.capacity() * 16
            + graph.words.capacity() * 8
            + graph.side.capacity()
            + bigs
            + extras
    }
}

impl<B: AsRef<[u8]>> std::fmt::Debug for Pickle<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pickle(protocol {}, {})", self.protocol(), self.root())
    }
}

/// Several pickles in a row, as repeated `pickle.dump` to one file writes them. Each has a memo of its own.
///
/// ```
/// let bytes = b"K\x01.\x80\x02K\x02.";
/// let values = unpickle_core::Pickles::new(&bytes[..])
///     .map(|pickle| pickle.map(|pickle| pickle.root().as_i64()))
///     .collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(values, [Some(1), Some(2)]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
///
/// # Errors
///
/// An item is an error where the bytes are no pickle; nothing follows it.
#[derive(Clone, Debug)]
pub struct Pickles<'i> {
    input: &'i [u8],
    options: Options<'i>,
    at: u64,
    failed: bool,
}

impl<'i> Pickles<'i> {
    /// Starts at the first byte of `input`.
    pub fn new(input: &'i [u8]) -> Pickles<'i> {
        Pickles::with_options(input, Options::new())
    }

    /// Starts at the first byte of `input`, decoding as `options` say.
    pub fn with_options(input: &'i [u8], options: Options<'i>) -> Pickles<'i> {
        Pickles { input, options, at: 0, failed: false }
    }

    /// Where the next pickle would begin.
    pub fn offset(&self) -> u64 {
        self.at
    }
}

impl<'i> Iterator for Pickles<'i> {
    type Item = Result<Pickle<&'i [u8]>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.at >= self.input.len() as u64 {
            return None;
        }
        let parsed = self.options.parse_at(self.input, self.at);
        match &parsed {
            Ok(pickle) => self.at = pickle.end(),
            Err(_) => self.failed = true,
        }
        Some(parsed)
    }
}
