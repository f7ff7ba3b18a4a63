//! A `DataFrame`: its blocks, one for all columns of a kind where numpy can have them side by side, and two indexes.

use std::io::Write;

use serde_json::Value as Json;
use unpickle_core::{Category, EncodeOptions, Error, Protocol, Result};
use unpickle_numpy::Dtype;

use crate::arrays::{array, native, within};
use crate::column::Column;
use crate::kind::Kind;
use crate::options::FrameOptions;
use crate::pen::Pen;
use crate::plan::{Plan, Planned, Rows};
use crate::source::Source;
use crate::{index, labels, levels};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// How many rows.
    pub rows: usize,
    /// How many columns, those of the index apart.
    pub columns: usize,
    /// What became other than it was, a sentence each.
    pub notes: Vec<String>,
}

/// Writes a table as a pickled `DataFrame`.
///
/// Index, labels, categories, nullable dtypes and attributes are restored from the `pandas` metadata of the schema, where there
/// are some. What a pandas cannot hold is refused by name, and then what was written is no pickle.
///
/// ```
/// use std::sync::Arc;
///
/// use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
/// use unpickle_core::Pickle;
/// use unpickle_frames::{Batches, FrameOptions, write_frame};
///
/// let names: ArrayRef = Arc::new(StringArray::from(vec!["Ada", "Grace"]));
/// let marks: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 1.5]));
/// let batch = RecordBatch::try_from_iter([("name", names), ("mark", marks)])?;
///
/// let mut pickle = Vec::new();
/// let table = Batches::new(batch.schema(), vec![batch])?;
/// let written = write_frame(&table, &FrameOptions::new(), &mut pickle)?;
/// assert_eq!((written.rows, written.columns), (2, 2));
/// let pickle = Pickle::parse(pickle)?; // or pandas.read_pickle
/// assert_eq!(pickle.root().as_object().unwrap().class().unwrap().name(), "DataFrame");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Reading or writing fails; the target has nothing for a column's cells, or cannot hold one of them; a column that was asked for
/// is not there; the protocol is 0 or 1.
pub fn write_frame<W: Write>(source: &dyn Source, options: &FrameOptions, out: W) -> Result<Written> {
    if options.protocol < Protocol::V2 {
        let message = "frames are pickled by protocol 2 or higher";
        return Err(Error::message(Category::Unsupported, message));
    }
    let plan = Plan::of(source, options)?;
    // Only what comes again is put into the memo: text of cells does not, and pickles without are smaller and load faster.
    let encoder = EncodeOptions::new().with_protocol(options.protocol).with_memo(false).encoder(out)?;
    let mut pen = Pen::new(encoder, options.target);
    let (rows, columns) = (plan.rows, plan.columns.len());
    frame(&mut pen, plan)?;
    let (_, notes) = pen.finish()?;
    Ok(Written { rows, columns, notes })
}

fn frame<W: Write>(pen: &mut Pen<W>, plan: Plan<'_>) -> Result<()> {
    let Plan { index, columns, metadata, .. } = plan;
    let texts: Vec<Option<String>> = columns.iter().map(|planned| text(&planned.name)).collect();
    pen.begin_object("pandas.core.frame", "DataFrame", 5)?;
    pen.key("_mgr")?;
    pen.begin_call("pandas.core.internals.managers", "BlockManager", 2)?;
    blocks(pen, columns)?;
    pen.out.begin_list(2)?;
    labels::labels(pen, &texts, &metadata.levels)?;
    match index {
        Rows::Range(range, name) => index::range(pen, range, Some(&name))?,
        Rows::Levels(levels) => row_index(pen, &levels, |field| metadata.numpy_type(field))?,
    }
    pen.out.end()?;
    pen.end_call()?;
    pen.key("_typ")?;
    pen.key("dataframe")?;
    pen.key("_metadata")?;
    pen.out.begin_list(0)?;
    pen.out.end()?;
    pen.key("attrs")?;
    pen.json(&Json::Object(metadata.attrs.clone().unwrap_or_default()))?;
    pen.key("_flags")?;
    pen.out.begin_dict(1)?;
    pen.key("allows_duplicate_labels")?;
    pen.out.bool(true)?;
    pen.out.end()?;
    pen.end_object()
}

/// A label as text; null is one that is missing.
fn text(name: &Json) -> Option<String> {
    match name {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn row_index<'m, W: Write>(
    pen: &mut Pen<W>,
    planned: &[Planned<'_>],
    numpy_type: impl Fn(&str) -> Option<&'m str>,
) -> Result<()> {
    if let [Planned { column, kind, name }] = planned {
        return within(column, index::flat(pen, column, kind, Some(name)));
    }
    let mut made = Vec::new();
    for Planned { column, name, .. } in planned {
        let level = levels::level(column, numpy_type(column.name()), name.clone(), pen.target);
        made.push(within(column, level)?);
    }
    index::multi(pen, &made)
}

/// The columns of one block, and where they are in the frame.
struct Block<'a> {
    kind: Kind,
    columns: Vec<Column<'a>>,
    places: Vec<usize>,
}

fn blocks<W: Write>(pen: &mut Pen<W>, columns: Vec<Planned<'_>>) -> Result<()> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for (place, Planned { column, kind, .. }) in columns.into_iter().enumerate() {
        match blocks.iter_mut().find(|block| kind.is_consolidated() && block.kind == kind) {
            Some(block) => {
                block.columns.push(column);
                block.places.push(place);
            }
            None => blocks.push(Block { kind, columns: vec![column], places: vec![place] }),
        }
    }
    pen.out.begin_tuple(blocks.len())?;
    for block in &blocks {
        pen.begin_call("pandas._libs.internals", "_unpickle_block", 3)?;
        array(pen, &block.columns, &block.kind, two_dimensional(&block.kind))?;
        places(pen, &block.places)?;
        pen.out.int(2)?;
        pen.end_call()?;
    }
    pen.out.end().map(drop)
}

/// Whether the values of a block have a row for each of its columns.
fn two_dimensional(kind: &Kind) -> bool {
    kind.is_consolidated() || matches!(kind, Kind::Zoned(..) | Kind::Period(_))
}

/// Where the columns of a block are in the frame: a slice if they are at equal distances.
fn places<W: Write>(pen: &mut Pen<W>, places: &[usize]) -> Result<()> {
    let step = match places {
        [first, second, ..] => second - first,
        _ => 1,
    };
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return pen.out.none() };
    if places.windows(2).all(|pair| matches!(pair, [a, b] if b - a == step)) {
        pen.begin_call("builtins", "slice", 3)?;
        for bound in [*first, last + step, step] {
            pen.out.int(bound as i64)?;
        }
        return pen.end_call();
    }
    let bytes: Vec<u8> = places.iter().flat_map(|&place| (place as i64).to_ne_bytes()).collect();
    let dtype = native(&Dtype::int(8));
    pen.arrays.raw(&mut pen.out, &dtype, &[places.len()], false, |out| Ok(out.write_all(&bytes)?))
}
