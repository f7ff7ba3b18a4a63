//! pandas' Panel as a long table: a column for each item, a row for each pair of labels of its other axes.

use unpickle_core::{Result, Value};
use unpickle_pandas::{Index, Panel};

use crate::budget::Budget;
use crate::column::Column;
use crate::frame::{Rows, indexed_table};
use crate::labels;
use crate::table::Table;

/// What `Panel.to_frame` calls the levels of axes without a name, the last of them.
const NAMES: [&str; 3] = ["items", "major", "minor"];

pub(crate) fn panel<'p>(value: Value<'p>, budget: &Budget) -> Result<Table<'p>> {
    let panel = Panel::from_value(value)?;
    let rows = panel.len();
    let labels =
        labels::labels(panel.labels(), budget).map_err(|error| error.within("the labels of the items"))?;
    let mut columns = Vec::new();
    for (column, label) in panel.columns().iter().zip(&labels.texts) {
        columns.push(Column::from_array(&column.array, rows, budget).map_err(|error| {
            error.within(format!("item `{}`", label.as_deref().unwrap_or("nan"))).within("pandas Panel")
        })?);
    }
    let mut levels = Vec::new();
    let mut each = rows;
    for (i, axis) in panel.axes().iter().enumerate() {
        each = each.checked_div(axis.len()).unwrap_or(0);
        let default = (i + NAMES.len()).checked_sub(panel.axes().len()).and_then(|i| NAMES.get(i));
        for (name, column) in axis_columns(axis, rows, budget)? {
            let column = column.cycled(axis.len(), each, rows)?;
            levels.push((name.or_else(|| default.map(|&name| name.to_owned())), column));
        }
    }
    let mut table = indexed_table("Panel", columns, labels, Rows::Levels(levels), rows, None);
    let shape: Vec<String> = panel.axes().iter().map(|axis| axis.len().to_string()).collect();
    table.note(format!(
        "a panel, written as a long table: a column for each item, rows of {}",
        shape.join(" x ")
    ));
    Ok(table)
}

/// A column for each level of an axis, with its name.
fn axis_columns<'p>(
    axis: &Index<'p>,
    rows: usize,
    budget: &Budget,
) -> Result<Vec<(Option<String>, Column<'p>)>> {
    let names = axis.names().into_iter().map(|name| name.and_then(labels::name_text));
    let columns = match axis {
        // Levels may have more labels than the axis: without rows, nothing pays for them.
        Index::Multi { levels, codes, .. } if rows > 0 => {
            let levels = levels.iter().zip(codes);
            levels.map(|(level, codes)| Column::from_level(level, codes, budget)).collect::<Result<_>>()?
        }
        Index::Multi { levels, .. } => {
            levels.iter().map(|level| Column::from_index(level, budget)).collect::<Result<_>>()?
        }
        axis => vec![Column::from_index(axis, budget)?],
    };
    Ok(names.zip(columns).collect())
}
