//! `Table`: something in a pickle that is rows and columns.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{Field, Schema, SchemaRef};
use unpickle_core::{Result, Value};

use crate::column::Column;
use crate::columns::Columns;

/// Something in a pickle that is rows and columns, seen as Arrow. Borrowed from the pickle, and ready to be read
/// by several threads: cells are looked at when they are asked for.
pub struct Table<'p> {
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    schema: SchemaRef,
    rows: usize,
    columns: Vec<Column<'p>>,
    notes: Vec<String>,
    most_rows: usize,
    most_bytes: u64,
}

impl<'p> Table<'p> {
    pub(crate) fn new(
        kind: &'static str,
        rows: usize,
        columns: Vec<(String, Column<'p>)>,
        metadata: HashMap<String, String>,
        mut notes: Vec<String>,
    ) -> Table<'p> {
        let mut fields: Vec<Field> = Vec::with_capacity(columns.len());
        let mut sources = Vec::with_capacity(columns.len());
        // One line for each thing that was done, with the columns it was done to.
        let mut told: Vec<(String, Vec<String>)> = Vec::new();
        for (name, column) in columns {
            fields.push(column.field(&name));
            for note in &column.notes {
                match told.iter_mut().find(|(known, _)| *known == *note) {
                    Some((_, names)) => names.push(name.clone()),
                    None => told.push((note.clone(), vec![name.clone()])),
                }
            }
            sources.push(column);
        }
        notes.extend(told.into_iter().map(|(note, names)| format!("{}: {note}", columns_of(&names))));
        let schema = Arc::new(Schema::new_with_metadata(fields, metadata));
        Table {
            path: String::new(),
            kind,
            schema,
            rows,
            columns: sources,
            notes,
            most_rows: usize::MAX,
            most_bytes: u64::MAX,
        }
    }

    /// The same table, of which so many rows at most are asked for at once.
    #[must_use]
    pub(crate) fn with_most_rows(mut self, rows: usize) -> Table<'p> {
        self.most_rows = rows;
        self
    }

    /// The same table, found in the pickle that `value` is in: that, and arrays that lie beside it, pay for what is written.
    #[must_use]
    pub(crate) fn paid_by(mut self, value: Value<'_>) -> Table<'p> {
        let mut stored: HashMap<usize, u64> = HashMap::new();
        stored.extend(self.columns.iter().filter_map(Column::stored));
        let stored = stored.into_values().fold(0, u64::saturating_add);
        // A value is as much as 64 bytes of text, and a byte of input pays for four values.
        let values = (value.most_values() as u64).saturating_add(stored.saturating_mul(4));
        self.most_bytes = values.saturating_mul(64);
        self
    }

    /// Where it is: empty for what was pickled itself, else a path such as `model.coef_` or `[3]`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The same table under another path: that in the file, say, where it is one in a value.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Table<'p> {
        self.path = path.into();
        self
    }

    /// What it is in Python: `DataFrame`, `ndarray`, `list of dicts`.
    pub fn kind(&self) -> &'static str {
        self.kind
    }

    /// What was mapped rather than kept as it is, one sentence each: "column `x`: complex128, written as
    /// struct<real, imag>".
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Tells of something more.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// How many rows there are.
    pub fn num_rows(&self) -> usize {
        self.rows
    }

    /// The physical columns, index columns last, with the key `pandas` in the metadata.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }
}

/// "column `a`", "columns `a`, `b`", "columns `a`, `b`, `c` and 7 more".
fn columns_of(names: &[String]) -> String {
    let quoted =
        |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match names {
        [one] => format!("column `{one}`"),
        [a, b, c, rest @ ..] if rest.len() > 2 => {
            format!("columns {} and {} more", quoted(&[a.clone(), b.clone(), c.clone()]), rest.len())
        }
        some => format!("columns {}", quoted(some)),
    }
}

impl Columns for Table<'_> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn num_rows(&self) -> usize {
        self.rows
    }

    fn most_rows(&self) -> usize {
        self.most_rows
    }

    fn most_bytes(&self) -> u64 {
        self.most_bytes
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        match self.columns.get(column) {
            Some(column) => column.array(rows),
            None => {
                Err(unpickle_core::Error::message(unpickle_core::Category::Data, "there is no such column"))
            }
        }
    }
}

impl std::fmt::Debug for Table<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Table({:?}, {}, {} x {})", self.path, self.kind, self.rows, self.columns.len())
    }
}
