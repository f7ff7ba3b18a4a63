//! `--list`: what a file is, and the tables and arrays in it.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use anyhow::{Result, anyhow};
use serde_json::{Value as Json, json};
use unpickle::File;
use unpickle::arrays::{Found, NamedArray};
use unpickle::arrow::{Columns, Table, candidates};

use crate::args::Args;
use crate::engine;
use crate::messages::{bytes, clean, count, counted};
use crate::producer::producer;
use crate::source::shown;

/// The widest a column may be before it pushes the others aside.
const WIDEST: usize = 60;

/// Most arrays that are listed for people.
const MOST_ARRAYS: usize = 10_000;

/// What is listed of a file.
struct Listing<'f> {
    tables: Vec<Table<'f>>,
    /// Whether the tables are none that would be taken without being named.
    only_candidates: bool,
    found: Found<'f>,
}

impl<'f> Listing<'f> {
    fn of(file: &'f File, key: Option<&str>) -> Result<Listing<'f>> {
        let found = engine::found(file, key)?;
        let mut tables = engine::tables(file, key)?;
        // Arrays are listed as such.
        let names: HashSet<&str> = found.arrays.iter().map(NamedArray::name).collect();
        tables.retain(|table| !is_array(table, &names, key));
        let only_candidates = tables.is_empty() && found.arrays.is_empty();
        if only_candidates {
            tables = candidates(file.whole()).map_err(|error| anyhow!("{error}"))?;
        }
        Ok(Listing { tables, only_candidates, found })
    }

    /// How many bytes all arrays have, and how many are stored for them: once for each storage, all of it.
    fn totals(&self) -> (u64, u64) {
        let mut seen = HashSet::new();
        let (mut all, mut once) = (0_u64, 0_u64);
        for array in &self.found.arrays {
            if !array.has_data() {
                continue;
            }
            all = all.saturating_add(array.nbytes());
            // The data and the mask of a masked array are of one value.
            let part = if array.is_tensor() { String::new() } else { array.kind() };
            if seen.insert((array.storage(), part)) {
                once = once.saturating_add(array.storage_bytes());
            }
        }
        (all, once)
    }
}

/// Whether a table is the form of what is listed among the arrays.
fn is_array(table: &Table<'_>, names: &HashSet<&str>, key: Option<&str>) -> bool {
    let path = match key {
        Some(key) => table.path().strip_prefix(key).map_or(table.path(), |rest| rest.trim_start_matches('.')),
        None => table.path(),
    };
    match table.kind() {
        "arrays" => true,
        "ndarray" | "tensor" | "masked array" => {
            names.contains(path)
                || key.is_some_and(|key| names.contains(key.rsplit('.').next().unwrap_or(key)))
        }
        _ => false,
    }
}

/// The file in a line, and each table and array in one below.
pub(crate) fn list(path: &Path, file: &File, args: &Args, out: &mut impl Write) -> Result<()> {
    let listing = Listing::of(file, args.key.as_deref())?;
    if args.json {
        writeln!(out, "{}", as_json(path, file, &listing))?;
        return Ok(());
    }
    writeln!(out, "{}: {}", clean(&shown(path).display().to_string()), facts(file))?;
    if listing.only_candidates {
        let more = if listing.tables.is_empty() { "" } else { "; -k could take" };
        writeln!(out, "  no table; it holds {}{more}", clean(&engine::what(file)))?;
    }
    aligned(&listing.tables.iter().map(table_line).collect::<Vec<_>>(), &[], out)?;
    let arrays = &listing.found.arrays;
    aligned(&arrays.iter().take(MOST_ARRAYS).map(array_line).collect::<Vec<_>>(), &[4], out)?;
    if arrays.len() > MOST_ARRAYS {
        writeln!(out, "  … and {} more (--json lists all)", count((arrays.len() - MOST_ARRAYS) as u64))?;
    }
    for other in &listing.found.repeats {
        writeln!(out, "  {}", clean(&other.to_string()))?;
    }
    if listing.found.arrays.len() > 1 {
        let (all, once) = listing.totals();
        let stored = if once == all { String::new() } else { format!(", stored in {}", bytes(once)) };
        writeln!(out, "  {}, {}{stored}", counted(listing.found.arrays.len() as u64, "array"), bytes(all))?;
    }
    Ok(())
}

/// What is known of the file as a whole.
fn facts(file: &File) -> String {
    let mut facts = producer(file.pickle());
    for container in file.input().containers() {
        facts.push_str(&format!(", in {container}"));
    }
    match file.values().len() {
        1 => {}
        n => facts.push_str(&format!(", {} pickles in a row", count(n as u64))),
    }
    facts
}

/// Lines with their columns below each other; those of `right` end together.
fn aligned<const N: usize>(lines: &[[String; N]], right: &[usize], out: &mut impl Write) -> Result<()> {
    let width = |column: usize| {
        let widths = lines.iter().map(|line| line.get(column).map_or(0, |text| text.chars().count()));
        widths.max().unwrap_or(0).min(WIDEST)
    };
    let widths: [usize; N] = std::array::from_fn(width);
    for line in lines {
        let mut text = String::new();
        for (column, (cell, width)) in line.iter().zip(widths).enumerate() {
            let pad = " ".repeat(width.saturating_sub(cell.chars().count()));
            match right.contains(&column) {
                true => text.push_str(&format!("  {pad}{cell}")),
                false => text.push_str(&format!("  {cell}{pad}")),
            }
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn table_line(table: &Table<'_>) -> [String; 3] {
    let columns = table.csv().columns.len() as u64;
    [
        clean(engine::path(table)).into_owned(),
        clean(table.kind()).into_owned(),
        format!("{} x {}", count(table.num_rows() as u64), count(columns)),
    ]
}

fn array_line(array: &NamedArray<'_>) -> [String; 5] {
    [
        clean(name(array)).into_owned(),
        clean(&array.kind()).into_owned(),
        clean(&dtype(array)).into_owned(),
        shape(array),
        if array.has_data() { bytes(array.nbytes()) } else { "–".to_owned() },
    ]
}

fn name<'a>(array: &'a NamedArray<'_>) -> &'a str {
    if array.name().is_empty() { "." } else { array.name() }
}

/// As numpy prints it; a structure in brief, for its fields would push all else aside.
fn dtype(array: &NamedArray<'_>) -> String {
    match array.dtype().fields().len() {
        0 => array.dtype_name(),
        fields => format!("structure of {}", counted(fields as u64, "field")),
    }
}

/// As Python prints it.
fn shape(array: &NamedArray<'_>) -> String {
    let axes: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    if axes.len() == 1 { format!("({},)", axes.concat()) } else { format!("({})", axes.join(", ")) }
}

/// The same for programs.
fn as_json(path: &Path, file: &File, listing: &Listing<'_>) -> Json {
    let tables = listing.tables.iter().map(|table| {
        json!({
            "path": engine::path(table),
            "kind": table.kind(),
            "rows": table.num_rows(),
            "columns": table.csv().columns.len(),
        })
    });
    let arrays = listing.found.arrays.iter().map(|array| {
        json!({
            "name": name(array),
            "kind": array.kind(),
            "dtype": array.dtype_name(),
            "shape": array.shape(),
            "bytes": array.nbytes(),
            "offset": array.value().offset(),
        })
    });
    let (all, once) = listing.totals();
    json!({
        "file": shown(path).display().to_string(),
        "protocol": file.pickle().protocol(),
        "producer": producer(file.pickle()),
        "containers": file.input().containers().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "pickles": file.values().len(),
        "tables": if listing.only_candidates { Vec::new() } else { tables.collect::<Vec<_>>() },
        "arrays": arrays.collect::<Vec<_>>(),
        "repeats": listing.found.repeats.iter().map(|repeat| json!({"name": repeat.name, "first": repeat.first}))
            .collect::<Vec<_>>(),
        "bytes": all,
        "bytes_stored": once,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut out = Vec::new();
        let line = |a: &str, b: &str| [a.to_owned(), b.to_owned()];
        aligned(&[line("a", "10 B"), line("long", "1 B")], &[1], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  a     10 B\n  long   1 B\n");
    }
}
