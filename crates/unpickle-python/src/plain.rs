//! Plain data as Python's own objects.

use std::collections::HashMap;
use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyByteArray, PyBytes, PyDict, PyFrozenSet, PyInt, PyList, PySet, PyTuple};
use unpickle::sklearn::Item;
use unpickle::{Category, Encoding, Error, Id, Value, View};

use crate::error::raise;

/// Most items of a tuple, with those of tuples in it, that is a key or in a set: Python hashes it by calling itself for each.
const MOST_HASHED: usize = 10_000;

/// One step of the work: values are made before what holds them.
enum Step<'p> {
    Make(Value<'p>),
    /// The last so many values made are the items of this tuple or frozenset.
    Close(Value<'p>, usize),
    /// They are the items of this list, set or dict, which is there already.
    Fill(Value<'p>, usize),
}

/// A value that is made, and how many values Python looks at to hash it.
#[derive(Clone)]
struct Made<'py>(Bound<'py, PyAny>, usize);

/// `item` as Python's own objects. Never recurses; what is shared is made once.
pub(crate) fn to_python<'py>(
    py: Python<'py>,
    item: &Item<'_>,
    path: Option<&Path>,
) -> PyResult<Bound<'py, PyAny>> {
    let fail = |error: &Error| raise(py, error, path);
    let Some(root) = item.value() else {
        let message = format!("expected plain data, found {item}");
        return Err(fail(&Error::message(Category::Data, message)));
    };
    let mut todo = vec![Step::Make(root)];
    let mut made: Vec<Made<'py>> = Vec::new();
    // Containers that are made; tuples and frozensets that are still open are None.
    let mut known: HashMap<Id, Option<Made<'py>>> = HashMap::new();
    while let Some(step) = todo.pop() {
        match step {
            Step::Make(value) => {
                if let Some(before) = known.get(&value.id()) {
                    let before = before.clone();
                    made.push(
                        before
                            .ok_or_else(|| fail(&Error::unsupported(value, "a tuple that holds itself")))?,
                    );
                    continue;
                }
                match open(py, value)? {
                    Opened::Leaf(leaf) => made.push(Made(leaf, 1)),
                    Opened::Empty(container) => {
                        known.insert(value.id(), Some(Made(container.clone(), 1)));
                        made.push(Made(container, 1));
                        todo.push(Step::Fill(value, length(value)));
                        begin(value, &mut todo);
                    }
                    Opened::Later => {
                        known.insert(value.id(), None);
                        todo.push(Step::Close(value, length(value)));
                        begin(value, &mut todo);
                    }
                    Opened::Other => return Err(fail(&Error::data(value, "plain data"))),
                }
            }
            Step::Close(value, count) => {
                let items = made.split_off(made.len().saturating_sub(count));
                let closed = if let View::FrozenSet(_) = value.view() {
                    let items = items.iter().map(hashed).collect::<Option<Vec<_>>>();
                    let set = items.and_then(|items| PyFrozenSet::new(py, items).ok());
                    Made(set.ok_or_else(|| fail(&unhashable(value)))?.into_any(), 1)
                } else {
                    let weight =
                        items.iter().fold(1, |sum: usize, Made(_, weight)| sum.saturating_add(*weight));
                    Made(PyTuple::new(py, items.into_iter().map(|Made(item, _)| item))?.into_any(), weight)
                };
                known.insert(value.id(), Some(closed.clone()));
                made.push(closed);
            }
            Step::Fill(value, count) => {
                let items = made.split_off(made.len().saturating_sub(count));
                let Some(Made(container, _)) = made.last() else { continue };
                fill(container, &items).ok_or_else(|| fail(&unhashable(value)))?;
            }
        }
    }
    let Some(Made(whole, _)) = made.pop() else {
        return Err(fail(&Error::message(Category::Data, "nothing was pickled")));
    };
    Ok(whole)
}

/// Puts items into the container that is to hold them; nothing, if one would have to be hashed and cannot be.
fn fill(container: &Bound<'_, PyAny>, items: &[Made<'_>]) -> Option<()> {
    if let Ok(dict) = container.cast::<PyDict>() {
        for pair in items.chunks_exact(2) {
            let [key, Made(value, _)] = pair else { continue };
            dict.set_item(hashed(key)?, value).ok()?;
        }
    } else if let Ok(set) = container.cast::<PySet>() {
        for item in items {
            set.add(hashed(item)?).ok()?;
        }
    } else if let Ok(list) = container.cast::<PyList>() {
        for Made(item, _) in items {
            list.append(item).ok()?;
        }
    }
    Some(())
}

/// A value that Python is to hash, where that is no attack: a tuple that holds one tuple twice, which does likewise, is hashed in a
/// time that doubles with each, and one in one in one fills the stack.
fn hashed<'m, 'py>(Made(value, weight): &'m Made<'py>) -> Option<&'m Bound<'py, PyAny>> {
    (*weight <= MOST_HASHED).then_some(value)
}

#[cold]
fn unhashable(within: Value<'_>) -> Error {
    Error::invalid(within, "a key or an item of a set that Python does not hash, or is too large for it")
}

enum Opened<'py> {
    Leaf(Bound<'py, PyAny>),
    /// A container that is made before its items.
    Empty(Bound<'py, PyAny>),
    /// One that is made of its items.
    Later,
    /// Nothing plain.
    Other,
}

fn open<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Opened<'py>> {
    Ok(Opened::Leaf(match value.view() {
        View::None => py.None().into_bound(py),
        View::Bool(bool) => bool.into_pyobject(py)?.to_owned().into_any(),
        View::Int(int) => match int.as_i64() {
            Some(int) => int.into_pyobject(py)?.into_any(),
            None => {
                let signed = [("signed", true)].into_py_dict(py)?;
                let bytes = PyBytes::new(py, &int.to_le_bytes());
                py.get_type::<PyInt>().call_method("from_bytes", (bytes, "little"), Some(&signed))?
            }
        },
        View::Float(float) => float.into_pyobject(py)?.into_any(),
        View::Str(text) => match text.to_str() {
            Some(text) => text.into_pyobject(py)?.into_any(),
            // Lone surrogates.
            None => {
                let bytes = PyBytes::new(py, text.as_bytes());
                let decoded = bytes.call_method1("decode", ("utf-8", "surrogatepass"));
                return Ok(decoded.map_or(Opened::Other, Opened::Leaf));
            }
        },
        View::Str2(bytes) => match (value.encoding(), std::str::from_utf8(bytes)) {
            (Encoding::Utf8, Ok(text)) => text.into_pyobject(py)?.into_any(),
            (Encoding::Latin1, _) => {
                let text: String = bytes.iter().copied().map(char::from).collect();
                text.into_pyobject(py)?.into_any()
            }
            _ => PyBytes::new(py, bytes).into_any(),
        },
        View::Bytes(bytes) => PyBytes::new(py, bytes).into_any(),
        View::ByteArray(bytes) => PyByteArray::new(py, bytes).into_any(),
        View::List(_) => return Ok(Opened::Empty(PyList::empty(py).into_any())),
        View::Dict(_) => return Ok(Opened::Empty(PyDict::new(py).into_any())),
        View::Set(_) => return Ok(Opened::Empty(PySet::empty(py)?.into_any())),
        View::Tuple(_) | View::FrozenSet(_) => return Ok(Opened::Later),
        _ => return Ok(Opened::Other),
    }))
}

/// How many values a container is made of.
fn length(value: Value<'_>) -> usize {
    match value.view() {
        View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => items.len(),
        View::Dict(dict) => dict.pairs().len() * 2,
        _ => 0,
    }
}

/// Puts the items of a container on the list of what is to be made, the first on top.
fn begin<'p>(value: Value<'p>, todo: &mut Vec<Step<'p>>) {
    let before = todo.len();
    match value.view() {
        View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => {
            todo.extend(items.iter().map(Step::Make));
        }
        View::Dict(dict) => {
            todo.extend(dict.pairs().flat_map(|(key, value)| [Step::Make(key), Step::Make(value)]));
        }
        _ => {}
    }
    if let Some(new) = todo.get_mut(before..) {
        new.reverse();
    }
}
