//! Some columns and rows of a table, as a table.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::{Schema, SchemaRef};
use serde_json::{Value as Json, json};
use unpickle_core::{Category, Error, Result};

use crate::columns::Columns;
use crate::csv_layout::{CsvCells, CsvLayout};

/// Some columns and rows of a table: what `--columns`, `--head` and `--no-index` show.
///
/// The key `pandas` of the schema follows: columns that are left out leave it too, a RangeIndex ends where the rows
/// end.
///
/// ```
/// use std::{ops::Range, sync::Arc};
/// use arrow_array::{ArrayRef, Int64Array};
/// use arrow_schema::{DataType, Field, Schema, SchemaRef};
/// use unpickle_arrow::{Columns, Select};
///
/// struct Table;
///
/// impl Columns for Table {
///     fn schema(&self) -> SchemaRef {
///         let field = |name| Field::new(name, DataType::Int64, false);
///         Arc::new(Schema::new(vec![field("a"), field("b")]))
///     }
///     fn num_rows(&self) -> usize {
///         100
///     }
///     fn column(&self, _: usize, rows: Range<usize>) -> unpickle_core::Result<ArrayRef> {
///         Ok(Arc::new(Int64Array::from_iter_values(rows.map(|row| row as i64))))
///     }
/// }
/// let some = Select::new(&Table).with_columns(["b"])?.with_head(5);
/// assert_eq!(some.schema().field(0).name(), "b");
/// assert_eq!(some.num_rows(), 5);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub struct Select<'c> {
    inner: &'c dyn Columns,
    schema: SchemaRef,
    csv: CsvLayout,
    /// Positions in the inner table.
    columns: Vec<usize>,
    rows: Range<usize>,
}

impl std::fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Select")
            .field("columns", &self.columns)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl<'c> Select<'c> {
    /// All of it.
    pub fn new(inner: &'c dyn Columns) -> Select<'c> {
        let schema = inner.schema();
        let columns = (0..schema.fields().len()).collect();
        Select { inner, schema, csv: inner.csv(), columns, rows: 0..inner.num_rows() }
    }

    /// Only these columns, in this order, and the index.
    ///
    /// # Errors
    ///
    /// A name that no column has; the error lists those that there are.
    pub fn with_columns<N: AsRef<str>>(self, names: impl IntoIterator<Item = N>) -> Result<Select<'c>> {
        let mut keep = self.places(names)?;
        let index: Vec<usize> =
            self.index_columns().into_iter().filter(|column| !keep.contains(column)).collect();
        keep.extend(index);
        Ok(self.keep(&keep, true))
    }

    /// Only these columns, in this order; those of the index where they are named.
    ///
    /// ```
    /// // [{"a": 1, "b": 2}]
    /// let bytes = b"]}(X\x01\0\0\0aK\x01X\x01\0\0\0bK\x02ua.";
    /// use unpickle_arrow::{Columns, Select, tables};
    /// let rows = unpickle_core::Pickle::parse(bytes)?;
    /// let table = &tables(rows.root())?[0];
    /// let some = Select::new(table).with_only(["b", "a"])?;
    /// assert_eq!(some.schema().field(1).name(), "a");
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A name that no column has; the error lists those that there are.
    pub fn with_only<N: AsRef<str>>(self, names: impl IntoIterator<Item = N>) -> Result<Select<'c>> {
        let keep = self.places(names)?;
        Ok(self.keep(&keep, true))
    }

    /// The positions of columns of these names, each once.
    fn places<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<Vec<usize>> {
        let mut places: Vec<usize> = Vec::new();
        for name in names {
            let name = name.as_ref();
            let column = self.schema.index_of(name).map_err(|_| {
                let mut known: Vec<_> =
                    self.schema.fields().iter().map(|field| field.name().as_str()).collect();
                let more = known.len().saturating_sub(20);
                known.truncate(20);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let message =
                    format!("expected a column, found `{name}`; there are {}{more}", known.join(", "));
                Error::message(Category::Data, message)
            })?;
            if !places.contains(&column) {
                places.push(column);
            }
        }
        Ok(places)
    }

    /// Without the index.
    #[must_use]
    pub fn without_index(self) -> Select<'c> {
        let index = self.index_columns();
        let keep: Vec<usize> = (0..self.columns.len()).filter(|column| !index.contains(column)).collect();
        self.keep(&keep, false)
    }

    /// The first rows, `count` at most.
    #[must_use]
    pub fn with_head(self, count: usize) -> Select<'c> {
        self.with_rows(0..count)
    }

    /// These of the rows selected so far, as far as there are such.
    ///
    /// ```
    /// // [{"a": 1}, {"a": 2}, {"a": 3}]
    /// let bytes = b"](}X\x01\0\0\0aK\x01s}X\x01\0\0\0aK\x02s}X\x01\0\0\0aK\x03se.";
    /// use unpickle_arrow::{Columns, Select, tables};
    /// let rows = unpickle_core::Pickle::parse(bytes)?;
    /// let table = &tables(rows.root())?[0];
    /// assert_eq!(Select::new(table).with_rows(1..9).num_rows(), 2);
    /// # Ok::<(), unpickle_core::Error>(())
    /// ```
    #[must_use]
    pub fn with_rows(mut self, rows: Range<usize>) -> Select<'c> {
        let place = |row: usize| self.rows.start.saturating_add(row).min(self.rows.end);
        let (first, end) = (place(rows.start), place(rows.end.max(rows.start)));
        let skipped = first - self.rows.start;
        self.rows = first..end;
        let count = self.rows.len();
        self.edit_pandas(|pandas| {
            for index in pandas.get_mut("index_columns").and_then(Json::as_array_mut).into_iter().flatten() {
                let number = |key| index.get(key).and_then(Json::as_i64);
                let (Some(start), Some(step)) = (number("start"), number("step")) else { continue };
                let after = |rows: usize, start: i64| {
                    start.saturating_add(step.saturating_mul(i64::try_from(rows).unwrap_or(i64::MAX)))
                };
                let start = after(skipped, start);
                let stop = after(count, start);
                if let Some(index) = index.as_object_mut() {
                    index.insert("start".to_owned(), json!(start));
                    index.insert("stop".to_owned(), json!(stop));
                }
            }
        });
        self
    }

    /// Positions of the columns that hold the index.
    fn index_columns(&self) -> Vec<usize> {
        let columns = self.csv.index.iter().filter_map(|level| match level.cells {
            CsvCells::Column(column) => Some(column),
            CsvCells::Range { .. } => None,
        });
        columns.collect()
    }

    /// Keeps columns by their positions in what is selected so far.
    fn keep(mut self, keep: &[usize], index: bool) -> Select<'c> {
        let fields: Vec<_> = keep.iter().filter_map(|at| self.schema.fields().get(*at).cloned()).collect();
        let names: Vec<String> = fields.iter().map(|field| field.name().clone()).collect();
        self.columns = keep.iter().filter_map(|at| self.columns.get(*at).copied()).collect();
        self.schema = Arc::new(Schema::new(fields).with_metadata(self.schema.metadata().clone()));
        self.edit_pandas(|pandas| {
            let stays = |name: Option<&str>| name.is_some_and(|name| names.iter().any(|kept| kept == name));
            if let Some(columns) = pandas.get_mut("columns").and_then(Json::as_array_mut) {
                columns.retain(|column| stays(column.get("field_name").and_then(Json::as_str)));
            }
            if let Some(levels) = pandas.get_mut("index_columns").and_then(Json::as_array_mut) {
                levels.retain(|level| index && level.as_str().is_none_or(|name| stays(Some(name))));
            }
        });
        // Positions in the layout become those among the columns kept.
        let place = |column: usize| keep.iter().position(|kept| *kept == column);
        self.csv.index.retain_mut(|level| match &mut level.cells {
            CsvCells::Range { .. } => index,
            CsvCells::Column(column) => match place(*column) {
                Some(at) => {
                    *column = at;
                    index
                }
                None => false,
            },
        });
        let mut columns: Vec<_> = std::mem::take(&mut self.csv.columns)
            .into_iter()
            .filter_map(|mut column| {
                column.column = place(column.column)?;
                Some(column)
            })
            .collect();
        columns.sort_by_key(|column| column.column);
        self.csv.columns = columns;
        self
    }

    fn edit_pandas(&mut self, edit: impl FnOnce(&mut Json)) {
        let Some(text) = self.schema.metadata().get("pandas") else { return };
        let Ok(mut pandas) = serde_json::from_str::<Json>(text) else { return };
        edit(&mut pandas);
        let mut metadata = self.schema.metadata().clone();
        metadata.insert("pandas".to_owned(), pandas.to_string());
        let fields = self.schema.fields().clone();
        self.schema = Arc::new(Schema::new(fields).with_metadata(metadata));
    }
}

impl Columns for Select<'_> {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn most_rows(&self) -> usize {
        self.inner.most_rows()
    }

    fn most_bytes(&self) -> u64 {
        self.inner.most_bytes()
    }

    fn num_rows(&self) -> usize {
        self.rows.len()
    }

    fn column(&self, column: usize, rows: Range<usize>) -> Result<ArrayRef> {
        let place = self.columns.get(column).copied();
        let start = self.rows.start.checked_add(rows.start);
        let end = self.rows.start.checked_add(rows.end);
        match (place, start, end) {
            (Some(place), Some(start), Some(end)) if end <= self.rows.end => {
                self.inner.column(place, start..end)
            }
            _ => Err(Error::message(Category::Data, "no such column or rows")),
        }
    }

    fn csv(&self) -> CsvLayout {
        self.csv.clone()
    }
}
