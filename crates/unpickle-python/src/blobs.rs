//! Columns of pickled blobs, as databases, caches and queues keep them: each decoded for itself.

mod builder;
mod capsule;
mod path;

use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, available_parallelism};

use arrow_array::builder::StringViewBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use pyo3::prelude::*;
use unpickle::arrow::json_text;
use unpickle::{Category, Error, Pickle, Result, Value};

use crate::batches::Batches;
use crate::error::raise;
use crate::work::unlocked;
use builder::{Builder, Room};
use path::Path;

/// Blobs decoded by one task.
const STRETCH: usize = 1 << 13;

/// What is made of each blob.
#[derive(Clone)]
enum What {
    /// Values of this type, where the path leads.
    Typed(Path, DataType),
    Json,
    Kind,
}

impl What {
    fn data_type(&self) -> DataType {
        match self {
            What::Typed(_, to) => to.clone(),
            What::Json | What::Kind => DataType::Utf8View,
        }
    }
}

/// Decodes the one column of `blobs`, an Arrow stream: to the type of the one column of `like`, where `path` leads; or, without
/// it, to JSON text, or to the name of the kind. With `strict` a blob that cannot be decoded is an error, else it is null.
#[pyfunction]
#[pyo3(signature = (blobs, what, like=None, path="", strict=true))]
pub(crate) fn decode_blobs(
    py: Python<'_>,
    blobs: &Bound<'_, PyAny>,
    what: &str,
    like: Option<&Bound<'_, PyAny>>,
    path: &str,
    strict: bool,
) -> PyResult<Batches> {
    let fail = |error: &Error| raise(py, error, None);
    let what = match (what, like) {
        ("json", _) => What::Json,
        ("kind", _) => What::Kind,
        (_, Some(like)) => {
            let (schema, _) = capsule::read(like)?;
            let to = schema.fields().first().map(|field| field.data_type().clone());
            let path = Path::parse(path).map_err(|error| fail(&error))?;
            What::Typed(path, to.unwrap_or(DataType::Null))
        }
        (_, None) => return Err(fail(&Error::message(Category::Unsupported, "expected a type"))),
    };
    let (_, batches) = capsule::read(blobs)?;
    let schema = Arc::new(Schema::new(vec![Field::new("decoded", what.data_type(), true)]));
    let of = Arc::clone(&schema);
    let made = unlocked(py, move |_| decode(&batches, &what, strict, &of))?;
    Ok(Batches::made(schema, made.map_err(|error| fail(&error))?))
}

fn decode(
    batches: &[RecordBatch],
    what: &What,
    strict: bool,
    schema: &Arc<Schema>,
) -> Result<Vec<RecordBatch>> {
    // A type that cannot be made is told before any blob is looked at.
    Maker::of(what, 0)?;
    let mut stretches: Vec<(ArrayRef, usize)> = Vec::new();
    let mut row = 0;
    for column in batches.iter().filter_map(|batch| batch.columns().first()) {
        for start in (0..column.len()).step_by(STRETCH) {
            let length = STRETCH.min(column.len() - start);
            stretches.push((column.slice(start, length), row + start));
        }
        row += column.len();
    }
    let one = |(blobs, first): &(ArrayRef, usize)| stretch(blobs, *first, what, strict);
    let arrays = all(&stretches, one)?;
    let batch = |array| RecordBatch::try_new(Arc::clone(schema), vec![array]);
    let made = arrays.into_iter().map(batch).collect::<std::result::Result<_, _>>();
    made.map_err(|error| Error::message(Category::Data, error.to_string()))
}

/// Does `one` for each stretch, by all threads; the first error in their order is the one that is told.
fn all<T: Sync, R: Send>(stretches: &[T], one: impl Fn(&T) -> Result<R> + Sync) -> Result<Vec<R>> {
    let threads = available_parallelism().map_or(1, usize::from).min(stretches.len());
    if threads <= 1 {
        return stretches.iter().map(one).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = stretches.get(place) else { break done };
            let made = one(stretch);
            if made.is_err() {
                // Those behind are of no use any more; those before are being worked on.
                next.fetch_max(stretches.len(), Ordering::Relaxed);
            }
            done.push((place, made));
        }
    };
    let mut done = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.flat_map(|done| done.unwrap_or_else(|panicked| resume_unwind(panicked))).collect::<Vec<_>>()
    });
    done.sort_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, made)| made).collect()
}

fn stretch(blobs: &ArrayRef, first: usize, what: &What, strict: bool) -> Result<ArrayRef> {
    let mut maker = Maker::of(what, blobs.len())?;
    let mut each = |row: usize, blob: Option<&[u8]>| {
        let Some(blob) = blob else {
            maker.null();
            return Ok(());
        };
        let decoded = match Pickle::parse(blob) {
            Ok(pickle) => maker.push(pickle.root(), what, strict),
            Err(error) => Err(error),
        };
        match decoded {
            Ok(()) => Ok(()),
            Err(_) if !strict => {
                maker.null();
                Ok(())
            }
            Err(error) => Err(error.within(format!("row {}", first + row))),
        }
    };
    let done = match blobs.data_type() {
        DataType::BinaryView => {
            blobs.as_binary_view().iter().enumerate().try_for_each(|(row, blob)| each(row, blob))
        }
        DataType::LargeBinary => {
            blobs.as_binary::<i64>().iter().enumerate().try_for_each(|(row, blob)| each(row, blob))
        }
        DataType::Binary => {
            blobs.as_binary::<i32>().iter().enumerate().try_for_each(|(row, blob)| each(row, blob))
        }
        other => Err(Error::message(
            Category::Unsupported,
            format!("expected a column of binary, found one of {other}"),
        )),
    };
    done?;
    maker.finish()
}

/// Makes the column of a stretch.
enum Maker {
    Typed(Builder),
    Text(StringViewBuilder),
}

impl Maker {
    fn of(what: &What, rows: usize) -> Result<Maker> {
        Ok(match what {
            What::Typed(_, to) => Maker::Typed(Builder::of(to, rows)?),
            What::Json | What::Kind => Maker::Text(StringViewBuilder::with_capacity(rows)),
        })
    }

    fn null(&mut self) {
        match self {
            Maker::Typed(builder) => builder.null(),
            Maker::Text(text) => text.append_null(),
        }
    }

    /// An error has appended nothing, where it is not strict.
    fn push(&mut self, value: Value<'_>, what: &What, strict: bool) -> Result<()> {
        match (self, what) {
            (Maker::Typed(builder), What::Typed(path, _)) => match path.follow(value) {
                Some(value) => builder.push(value, strict, &mut Room::of(value.input_len())),
                None => {
                    builder.null();
                    Ok(())
                }
            },
            (Maker::Text(text), What::Json) => {
                text.append_value(json_text(value)?);
                Ok(())
            }
            (Maker::Text(text), _) => {
                text.append_value(value.kind().to_string());
                Ok(())
            }
            (Maker::Typed(builder), _) => {
                builder.null();
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<ArrayRef> {
        match self {
            Maker::Typed(builder) => builder.finish(),
            Maker::Text(mut text) => Ok(Arc::new(text.finish())),
        }
    }
}
