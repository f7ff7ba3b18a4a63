//! Prints what pickles hold in a form that tells all and that another program can make too: values in the order in which
//! they are met, what was met before by its number. `tests/python/differential.py` compares it with what CPython makes.
//!
//! Reads pickles from standard input, each behind its length in four bytes, and writes one line for each. A Python 2 `str` is
//! bytes, or after the argument `latin1` text.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Read, Write};

use unpickle_core::{Encoding, Id, Options, Pickle, Seq, Value, View};

fn main() -> io::Result<()> {
    let encoding = match std::env::args().nth(1).as_deref() {
        Some("latin1") => Encoding::Latin1,
        _ => Encoding::Bytes,
    };
    let (mut input, mut at) = (Vec::new(), 0);
    io::stdin().read_to_end(&mut input)?;
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(len) = input.get(at..at + 4).and_then(|len| len.first_chunk()) {
        let start = at + 4;
        at = start + u32::from_le_bytes(*len) as usize;
        let bytes = input.get(start..at).unwrap_or_default();
        match Options::new().with_encoding(encoding).parse(bytes) {
            Ok(pickle) => writeln!(out, "{}", structure(&pickle))?,
            Err(error) => writeln!(out, "error {error}")?,
        }
    }
    out.flush()
}

/// What is still to be written, the next last.
enum Todo<'p> {
    Value(Value<'p>),
    Text(&'static str),
}

fn structure(pickle: &Pickle<&[u8]>) -> String {
    let mut out = String::new();
    let mut met: HashMap<Id, usize> = HashMap::new();
    let mut todo = vec![Todo::Value(pickle.root())];
    while let Some(next) = todo.pop() {
        let value = match next {
            Todo::Text(text) => {
                out.push_str(text);
                continue;
            }
            Todo::Value(value) => value,
        };
        if has_identity(value) {
            let count = met.len();
            if let Some(number) = met.get(&value.id()) {
                _ = write!(out, "@{number} ");
                continue;
            }
            met.insert(value.id(), count);
        }
        let mut parts = Vec::new();
        write(value, &mut out, &mut parts);
        todo.extend(parts.into_iter().rev());
    }
    out
}

/// Whether Python makes an object of its own of it, which nothing else stands for.
fn has_identity(value: Value<'_>) -> bool {
    match value.view() {
        View::Tuple(items) => !items.is_empty(),
        View::Object(_) | View::List(_) | View::Dict(_) | View::Persistent(_) => true,
        View::Set(_) | View::FrozenSet(_) | View::ByteArray(_) => true,
        _ => false,
    }
}

/// Writes what the value is itself, and puts what it holds into `parts`.
fn write<'p>(value: Value<'p>, out: &mut String, parts: &mut Vec<Todo<'p>>) {
    match value.view() {
        View::None => out.push_str("None "),
        View::Bool(value) => _ = write!(out, "{value} "),
        View::Int(int) => match int.as_i64() {
            Some(int) => _ = write!(out, "i{int} "),
            None => hex("n", int.to_le_bytes(), out),
        },
        View::Float(float) => hex("f", float.to_be_bytes(), out),
        View::Str(text) => hex("s", text.as_bytes(), out),
        View::Str2(bytes) => match value.as_text() {
            Some(text) => hex("s", text.as_bytes(), out),
            None => hex("b", bytes, out),
        },
        View::Bytes(bytes) => hex("b", bytes, out),
        View::ByteArray(bytes) => hex("a", bytes, out),
        View::List(items) => {
            out.push_str("[ ");
            all(items, parts);
            parts.push(Todo::Text("] "));
        }
        View::Tuple(items) => {
            out.push_str("( ");
            all(items, parts);
            parts.push(Todo::Text(") "));
        }
        View::Set(items) => set("set", items, out),
        View::FrozenSet(items) => set("frozenset", items, out),
        View::Dict(dict) => {
            out.push_str("{ ");
            parts.extend(dict.iter().flat_map(|(key, value)| [Todo::Value(key), Todo::Value(value)]));
            parts.push(Todo::Text("} "));
        }
        View::Class(class) => {
            hex("g", class.raw_module(), out);
            hex(".", class.raw_name(), out);
        }
        View::Object(object) => {
            out.push_str("< ");
            parts.push(Todo::Value(object.callable()));
            parts.push(Todo::Text("( "));
            object.args().as_tuple().into_iter().for_each(|args| all(args, parts));
            parts.push(Todo::Text(") "));
            if let Some(kwargs) = object.kwargs().and_then(Value::as_dict) {
                parts.extend(kwargs.iter().flat_map(|(key, value)| [Todo::Value(key), Todo::Value(value)]));
            }
            parts.push(Todo::Text("states "));
            parts.extend(object.states().map(Todo::Value));
            parts.push(Todo::Text("items "));
            object.items().into_iter().for_each(|items| all(items, parts));
            parts.push(Todo::Text("pairs "));
            if let Some(pairs) = object.pairs() {
                parts.extend(pairs.pairs().flat_map(|(key, value)| [Todo::Value(key), Todo::Value(value)]));
            }
            parts.push(Todo::Text("> "));
        }
        View::Persistent(id) => {
            out.push_str("P ");
            parts.push(Todo::Value(id));
        }
        View::Extension(code) => _ = write!(out, "X{code} "),
        _ => out.push_str("? "),
    }
}

fn all<'p>(items: Seq<'p>, parts: &mut Vec<Todo<'p>>) {
    parts.extend(items.iter().map(Todo::Value));
}

/// A set has no order: its texts alone are told, each once.
fn set(name: &str, items: Seq<'_>, out: &mut String) {
    let text = |item: Value<'_>| match item.as_str_bytes() {
        Some(text) => Some(text.to_vec()),
        None => item.as_text().map(|text| text.as_bytes().to_vec()),
    };
    let mut texts: Vec<Vec<u8>> = items.iter().filter_map(text).collect();
    texts.sort_unstable();
    texts.dedup();
    _ = write!(out, "{name} ");
    texts.into_iter().for_each(|text| hex("s", text, out));
    out.push_str("; ");
}

fn hex(tag: &str, bytes: impl AsRef<[u8]>, out: &mut String) {
    out.push_str(tag);
    bytes.as_ref().iter().for_each(|byte| _ = write!(out, "{byte:02x}"));
    out.push(' ');
}
