//! Plain Python: the whole value, sharing and cycles included, as Python itself described it.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use unpickle_core::{Id, Kind, Pickles, Value, View};

use super::{fixtures, report};

#[test]
fn values_are_those_that_python_wrote() {
    let mut faults = Vec::new();
    for fixture in fixtures("builtins") {
        let mut pickles = Pickles::new(&fixture.bytes);
        match pickles.next() {
            Some(Ok(pickle)) => {
                let found = describe(pickle.root(), &mut HashMap::new());
                if found != fixture.note["value"] {
                    faults.push(format!(
                        "{}:\n   found {found}\nexpected {}",
                        fixture.name, fixture.note["value"]
                    ));
                }
            }
            other => faults.push(format!("{}: {:?}", fixture.name, other.map(|item| item.err()))),
        }
        let count = 1 + pickles.filter(|item| item.is_ok()).count() as u64;
        if count != fixture.note["pickles"].as_u64().unwrap_or(1) {
            faults.push(format!("{}: {count} pickles in the file", fixture.name));
        }
    }
    report(&faults);
}

/// What `describe.py` says of the same value.
fn describe(value: Value<'_>, seen: &mut HashMap<Id, usize>) -> Json {
    let leaf = match value.view() {
        View::None => json!(["none"]),
        View::Bool(value) => json!(["bool", value]),
        View::Int(value) => json!(["int", value.to_string()]),
        View::Float(value) if value.is_nan() => json!(["float", "7ff8000000000000"]),
        View::Float(value) => json!(["float", hex(&value.to_bits().to_be_bytes())]),
        View::Str(text) => match text.to_str() {
            Some(text) => json!(["str", text]),
            None => json!(["wtf8", hex(text.as_bytes())]),
        },
        View::Str2(bytes) => json!(["str2", hex(bytes)]),
        View::Bytes(bytes) => json!(["bytes", hex(bytes)]),
        View::ByteArray(bytes) => json!(["bytearray", hex(bytes)]),
        _ => Json::Null,
    };
    if !leaf.is_null() {
        return leaf;
    }
    if let Some(number) = seen.get(&value.id()) {
        return json!(["ref", number]);
    }
    if value.as_tuple().is_none_or(|items| !items.is_empty()) {
        seen.insert(value.id(), seen.len());
    }
    let mut items =
        |seq: unpickle_core::Seq<'_>| -> Vec<Json> { seq.iter().map(|item| describe(item, seen)).collect() };
    match value.view() {
        View::List(seq) => json!(["list", items(seq)]),
        View::Tuple(seq) => json!(["tuple", items(seq)]),
        View::Set(seq) => json!(["set", items(seq)]),
        View::FrozenSet(seq) => json!(["frozenset", items(seq)]),
        View::Dict(dict) => {
            let pairs: Vec<Json> =
                dict.iter().map(|(key, item)| json!([describe(key, seen), describe(item, seen)])).collect();
            json!(["dict", pairs])
        }
        View::Class(class) => json!(["class", format!("{}.{}", class.module(), class.name())]),
        _ => match value.kind() {
            Kind::Object(module, name) => json!(["object", format!("{module}.{name}")]),
            other => json!(["other", other.to_string()]),
        },
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes all");
        text
    })
}
