//! The key `pandas` of a schema: what pandas, or this library, wrote there of the frame that a table was.

use arrow_schema::Schema;
use serde_json::{Map, Value as Json, json};

/// What the metadata say.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// Names of columns, or a range.
    pub(crate) index: Option<Vec<Json>>,
    /// An entry for each level of the labels.
    pub(crate) levels: Vec<Json>,
    columns: Vec<Json>,
    pub(crate) attrs: Option<Map<String, Json>>,
}

impl Metadata {
    /// Of a table that has none, or whose metadata are no JSON: that nothing is known.
    pub(crate) fn of(schema: &Schema) -> Metadata {
        let parsed = |key: &str| -> Option<Json> { serde_json::from_str(schema.metadata().get(key)?).ok() };
        let Some(Json::Object(mut document)) = parsed("pandas") else { return Metadata::default() };
        let mut list = |key: &str| match document.remove(key) {
            Some(Json::Array(items)) => Some(items),
            _ => None,
        };
        let (index, levels, columns) = (list("index_columns"), list("column_indexes"), list("columns"));
        let attrs = match document.remove("attributes").or_else(|| parsed("PANDAS_ATTRS")) {
            Some(Json::Object(attrs)) => Some(attrs),
            _ => None,
        };
        Metadata { index, levels: levels.unwrap_or_default(), columns: columns.unwrap_or_default(), attrs }
    }

    /// The entry of a physical column.
    fn entry(&self, field: &str) -> Option<&Json> {
        let named = |key: &'static str| {
            self.columns.iter().find(move |entry| entry.get(key).and_then(Json::as_str) == Some(field))
        };
        named("field_name").or_else(|| named("name"))
    }

    /// The dtype that the column had.
    pub(crate) fn numpy_type(&self, field: &str) -> Option<&str> {
        self.entry(field)?.get("numpy_type")?.as_str()
    }

    /// Whether the categories of the column were ordered.
    pub(crate) fn is_ordered(&self, field: &str) -> Option<bool> {
        self.entry(field)?.get("metadata")?.get("ordered")?.as_bool()
    }

    /// The label of the column, or the name of the level: null where it had none.
    pub(crate) fn name(&self, field: &str) -> Json {
        match self.entry(field).and_then(|entry| entry.get("name")) {
            Some(name) => name.clone(),
            None => json!(field),
        }
    }
}
