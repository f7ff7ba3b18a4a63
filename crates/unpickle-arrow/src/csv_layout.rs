//! Where `DataFrame.to_csv` puts the index, the columns and their labels.

use std::collections::HashMap;

use arrow_schema::Schema;
use serde_json::Value as Json;

/// The cells of the lines of a CSV file, as pandas orders them: index levels first, then the columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvLayout {
    /// The index, one entry a level; empty if it is not written.
    pub index: Vec<CsvIndex>,
    /// The columns that hold data, in order.
    pub columns: Vec<CsvColumn>,
    /// The names of the levels of the columns' labels; one entry (`None` as a rule) if the labels are plain.
    pub level_names: Vec<Option<String>>,
}

/// One level of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvIndex {
    /// What stands above it.
    pub name: Option<String>,
    /// Where its cells come from.
    pub cells: CsvCells,
}

/// Where cells come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvCells {
    /// A physical column, by its position in the schema.
    Column(usize),
    /// A RangeIndex: it takes no column, its cells are counted.
    Range {
        /// The first cell.
        start: i64,
        /// From each to the next.
        step: i64,
    },
}

/// One column of data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvColumn {
    /// Its position in the schema.
    pub column: usize,
    /// Its label, one text a level; `None` is a missing label.
    pub labels: Vec<Option<String>>,
}

impl CsvLayout {
    /// Every column of the schema under its name, and no index: a table that pandas knows nothing of.
    pub fn plain(schema: &Schema) -> CsvLayout {
        let columns = schema.fields().iter().enumerate();
        CsvLayout {
            index: Vec::new(),
            columns: columns
                .map(|(column, field)| CsvColumn { column, labels: vec![Some(field.name().clone())] })
                .collect(),
            level_names: vec![None],
        }
    }

    /// The layout that the schema's key `pandas` describes; without the key, [`CsvLayout::plain`].
    pub fn from_schema(schema: &Schema) -> CsvLayout {
        let text = schema.metadata().get("pandas");
        let json = text.and_then(|text| serde_json::from_str::<Json>(text).ok());
        match json {
            Some(json) => CsvLayout::from_pandas(schema, &json),
            None => CsvLayout::plain(schema),
        }
    }

    fn from_pandas(schema: &Schema, json: &Json) -> CsvLayout {
        let entries = json.get("columns").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        // By name, for there may be many; the first of a name counts.
        let mut by_name: HashMap<&str, &Json> = HashMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(field) = entry.get("field_name").and_then(Json::as_str) {
                by_name.entry(field).or_insert(entry);
            }
        }
        let name_of = |field: &str| -> Option<Option<String>> {
            Some(by_name.get(field)?.get("name")?.as_str().map(str::to_owned))
        };
        let mut index = Vec::new();
        let mut taken = vec![false; schema.fields().len()];
        for level in json.get("index_columns").and_then(Json::as_array).into_iter().flatten() {
            if let Some(field) = level.as_str() {
                let Ok(column) = schema.index_of(field) else { continue };
                if let Some(taken) = taken.get_mut(column) {
                    *taken = true;
                }
                index.push(CsvIndex { name: name_of(field).flatten(), cells: CsvCells::Column(column) });
            } else if level.get("kind").and_then(Json::as_str) == Some("range") {
                let number = |key, default| level.get(key).and_then(Json::as_i64).unwrap_or(default);
                let name = level.get("name").and_then(Json::as_str).map(str::to_owned);
                let cells = CsvCells::Range { start: number("start", 0), step: number("step", 1) };
                index.push(CsvIndex { name, cells });
            }
        }
        let levels =
            json.get("column_indexes").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut level_names: Vec<Option<String>> =
            levels.iter().map(|level| level.get("name").and_then(Json::as_str).map(str::to_owned)).collect();
        if level_names.is_empty() {
            level_names.push(None);
        }
        let columns =
            schema.fields().iter().enumerate().filter(|(column, _)| taken.get(*column) == Some(&false));
        let columns = columns
            .map(|(column, field)| {
                let name = name_of(field.name()).unwrap_or_else(|| Some(field.name().clone()));
                let labels = match &name {
                    Some(name) if level_names.len() > 1 => {
                        tuple_labels(name, level_names.len()).unwrap_or_else(|| vec![Some(name.clone())])
                    }
                    _ => vec![name],
                };
                CsvColumn { column, labels }
            })
            .collect();
        let mut layout = CsvLayout { index, columns, level_names };
        let types: Vec<_> =
            levels.iter().map(|level| level.get("pandas_type").and_then(Json::as_str)).collect();
        layout.shorten_days(&types);
        layout
    }

    /// Labels that are days are shown without their time, if they all are.
    fn shorten_days(&mut self, types: &[Option<&str>]) {
        for (level, kind) in types.iter().enumerate() {
            if *kind != Some("datetime") {
                continue;
            }
            let mut labels: Vec<&mut String> =
                self.columns.iter_mut().filter_map(|column| column.labels.get_mut(level)?.as_mut()).collect();
            if labels.iter().all(|label| label.ends_with(" 00:00:00")) {
                labels.iter_mut().for_each(|label| label.truncate(label.len().saturating_sub(9)));
            }
        }
    }

    /// The lines above the data, one cell for each field of the lines below.
    ///
    /// Plain labels make one line. Labels of several levels make one line a level, with the level's name in
    /// front, and, if a level of the index has a name, one more line for these.
    pub fn header(&self) -> Vec<Vec<String>> {
        let names = self.index.iter().map(|level| level.name.clone().unwrap_or_default());
        let label =
            |column: &CsvColumn, level| column.labels.get(level).cloned().flatten().unwrap_or_default();
        if self.level_names.len() <= 1 {
            return vec![names.chain(self.columns.iter().map(|column| label(column, 0))).collect()];
        }
        let mut lines: Vec<Vec<String>> = Vec::new();
        for (level, name) in self.level_names.iter().enumerate() {
            let mut line = Vec::with_capacity(self.index.len() + self.columns.len());
            if !self.index.is_empty() {
                line.push(name.clone().unwrap_or_default());
                line.resize(self.index.len(), String::new());
            }
            line.extend(self.columns.iter().map(|column| label(column, level)));
            lines.push(line);
        }
        if self.index.iter().any(|level| level.name.as_ref().is_some_and(|name| !name.is_empty())) {
            lines.push(names.chain(self.columns.iter().map(|_| String::new())).collect());
        }
        lines
    }
}

/// Takes apart `"('a', '1')"`, the text under which pandas stores a label of several levels.
///
/// `None` if it is not exactly such a text, so that the label is shown as it is.
fn tuple_labels(text: &str, levels: usize) -> Option<Vec<Option<String>>> {
    let mut rest = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut labels = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            break;
        }
        let label;
        (label, rest) = match rest.chars().next()? {
            quote @ ('\'' | '"') => {
                let (label, rest) = quoted(rest.get(1..)?, quote)?;
                (Some(label), rest)
            }
            _ => {
                let (word, rest) = rest
                    .split_once(',')
                    .map_or((rest, ""), |(word, _)| (word, rest.get(word.len()..).unwrap_or("")));
                let missing = matches!(word.trim(), "nan" | "None" | "NaT" | "<NA>");
                ((!missing).then(|| word.trim().to_owned()), rest)
            }
        };
        labels.push(label);
        rest = rest.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(rest) => rest,
            None if rest.is_empty() => rest,
            None => return None,
        };
    }
    (labels.len() == levels).then_some(labels)
}

/// A Python string literal after its opening quote: its value, and what follows the closing quote.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                escape @ ('x' | 'u' | 'U') => {
                    let digits = match escape {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut code = 0u32;
                    for _ in 0..digits {
                        code = code.checked_mul(16)?.checked_add(chars.next()?.1.to_digit(16)?)?;
                    }
                    value.push(char::from_u32(code)?);
                }
                other => value.push(other),
            },
            c if c == quote => return Some((value, text.get(at + c.len_utf8()..)?)),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use arrow_schema::{DataType, Field};

    use super::*;

    fn schema(names: &[&str], pandas: &str) -> Schema {
        let fields: Vec<Field> = names.iter().map(|name| Field::new(*name, DataType::Int64, true)).collect();
        Schema::new(fields).with_metadata(HashMap::from([("pandas".to_owned(), pandas.to_owned())]))
    }

    #[test]
    fn range_index_is_counted_in_front() {
        let layout = CsvLayout::from_schema(&schema(
            &["a", "b"],
            r#"{"index_columns":[{"kind":"range","name":null,"start":3,"stop":9,"step":2}],
                "columns":[{"name":"a","field_name":"a"},{"name":"b","field_name":"b"}],
                "column_indexes":[{"name":null}]}"#,
        ));
        assert_eq!(layout.index, [CsvIndex { name: None, cells: CsvCells::Range { start: 3, step: 2 } }]);
        assert_eq!(layout.header(), [["", "a", "b"]]);
    }

    #[test]
    fn columns_of_the_index_move_to_the_front() {
        let layout = CsvLayout::from_schema(&schema(
            &["a", "when", "__index_level_1__"],
            r#"{"index_columns":["when","__index_level_1__"],
                "columns":[{"name":"a","field_name":"a"},{"name":"when","field_name":"when"},
                           {"name":null,"field_name":"__index_level_1__"}],
                "column_indexes":[{"name":null}]}"#,
        ));
        assert_eq!(layout.header(), [["when", "", "a"]]);
    }

    #[test]
    fn labels_of_several_levels_take_a_line_each() {
        let layout = CsvLayout::from_schema(&schema(
            &["('a', '1')", "('it\\'s', \"q\")", "i"],
            r#"{"index_columns":["i"],
                "columns":[{"name":"('a', '1')","field_name":"('a', '1')"},
                           {"name":"('it\\'s', \"q\")","field_name":"('it\\'s', \"q\")"},{"name":"i","field_name":"i"}],
                "column_indexes":[{"name":"x"},{"name":null}]}"#,
        ));
        assert_eq!(layout.header(), [["x", "a", "it's"], ["", "1", "q"], ["i", "", ""]]);
    }

    #[test]
    fn without_pandas_there_is_no_index() {
        let fields = vec![Field::new("a", DataType::Int64, true)];
        assert_eq!(CsvLayout::from_schema(&Schema::new(fields)).header(), [["a"]]);
    }
}
