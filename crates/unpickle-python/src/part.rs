//! `Part`: some columns and rows of a table, with the file that they are in.

use std::ops::Range;
use std::sync::Arc;

use pyo3::prelude::*;
use self_cell::self_cell;
use unpickle::Result;
use unpickle::arrow::{Columns, Select, Table};

use crate::error::raise;
use crate::file::Opened;

type Tables<'f> = Vec<Table<'f>>;

self_cell!(
    /// Tables, and the file that they borrow from.
    struct Found {
        owner: Arc<Opened>,
        #[not_covariant]
        dependent: Tables,
    }
);

/// One table of those found, of which some columns and rows are wanted.
#[derive(Clone)]
pub(crate) struct Part {
    found: Arc<Found>,
    place: usize,
    /// Exactly these, where they are said.
    columns: Option<Arc<[String]>>,
    rows: Range<usize>,
    index: bool,
}

impl Part {
    /// All that is found at `path`: everything that can be tabulated, where there is none.
    pub(crate) fn find(file: Arc<Opened>, path: Option<&str>) -> Result<Vec<Part>> {
        let found = Found::try_new(file, |file| match path {
            Some(path) => file.file.tables_at(path),
            None => file.file.tables(),
        })?;
        let found = Arc::new(found);
        let count = found.with_dependent(|_, tables| tables.len());
        let part = |place| Part {
            found: Arc::clone(&found),
            place,
            columns: None,
            rows: 0..usize::MAX,
            index: true,
        };
        Ok((0..count).map(part).collect())
    }

    /// Less of it. A name that no column has is an error.
    pub(crate) fn select(
        &self,
        columns: Option<Vec<String>>,
        rows: Range<usize>,
        index: bool,
    ) -> Result<Part> {
        let mut part = self.clone();
        if let Some(columns) = columns {
            part.columns = Some(columns.into());
        }
        let place = |row: usize| self.rows.start.saturating_add(row).min(self.rows.end);
        part.rows = place(rows.start)..place(rows.end.max(rows.start));
        part.index &= index;
        part.with(|_| Ok(()))?;
        Ok(part)
    }

    /// Does `work` with the table, of which it is a part.
    pub(crate) fn whole<R>(&self, work: impl FnOnce(&Table<'_>) -> R) -> R {
        // The place is one of those that `find` counted.
        self.found.with_dependent(|_, tables| work(&tables[self.place]))
    }

    /// Does `work` with what is wanted of the table.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&dyn Columns) -> Result<R>) -> Result<R> {
        self.whole(|table| {
            let mut some = Select::new(table);
            if !self.index {
                some = some.without_index();
            }
            if let Some(columns) = &self.columns {
                some = some.with_only(columns.iter())?;
            }
            work(&some.with_rows(self.rows.clone()))
        })
    }

    /// Where the file is.
    pub(crate) fn file(&self) -> Option<&std::path::Path> {
        self.found.borrow_owner().path.as_deref()
    }

    /// `error` as an exception that names the file.
    pub(crate) fn raise(&self, py: Python<'_>, error: &unpickle::Error) -> PyErr {
        raise(py, error, self.file())
    }
}
