//! Walks over decoded pickles, and two of them at once.

use std::collections::HashMap;
use std::mem::discriminant;

use unpickle::core::{Id, Pickle, Protocol, Seq, Value, View};

/// Looks at everything in every way that the cursor has.
pub(crate) fn walk(pickle: &Pickle<&[u8]>) {
    for value in pickle.roots().chain(pickle.objects()) {
        _ = value.repr().with_items(3).with_max_bytes(300).to_string();
        _ = (value.kind().to_string(), value.len(), value.offset(), value.as_bytes(), value.load().is_ok());
        assert!(pickle.value(value.id()).is_some_and(|again| again.is(value)));
        let found = inside(value);
        assert!(found.iter().all(|found| pickle.value(found.id()).is_some()));
        for leaf in &found {
            _ = (leaf.as_str(), leaf.as_text(), leaf.as_i64(), leaf.as_f64(), leaf.as_bool());
        }
        search(value);
    }
    _ = pickle.memory();
}

/// Keys that a dict has are found in it, and attributes in an object.
fn search(value: Value<'_>) {
    if let Some(dict) = value.as_dict() {
        for (key, _) in dict.pairs().take(100) {
            // Only what Python can hash is a key that is found.
            _ = (dict.get(key).is_some(), value.get(key).is_some());
            if let Some(text) = key.as_str() {
                assert!(dict.get(text).is_some(), "no {text:?}");
            }
        }
        for (key, value) in dict.iter().take(100) {
            if key.as_str().is_some() {
                assert!(dict.get(key).is_some_and(|found| found.is(value)), "another {key}");
            }
        }
        _ = (dict.layout(), dict.nth(dict.len()).is_none(), value.item("no such key").is_ok());
    }
    if let Some(object) = value.as_object() {
        for (key, _) in object.attrs().take(100) {
            if let Some(name) = key.as_str() {
                assert!(value.attr(name).is_ok(), "no {name:?}");
            }
        }
        _ = (object.class().map(|class| class.name()), object.call().is_some(), value.get(0).is_some());
    }
    assert_eq!(
        value.iter().count(),
        value.as_seq().or_else(|| value.as_object()?.items()).map_or(0, Seq::len)
    );
}

/// All that a value holds, in its order.
fn inside(value: Value<'_>) -> Vec<Value<'_>> {
    match value.view() {
        View::List(items) | View::Tuple(items) | View::Set(items) | View::FrozenSet(items) => {
            let found: Vec<_> = items.iter().collect();
            assert!(items.ids().eq(found.iter().map(|item| item.id())));
            for at in [0, found.len() / 2, found.len().saturating_sub(1), found.len()] {
                assert_eq!(items.get(at).map(Value::id), found.get(at).map(|item| item.id()));
                assert!(
                    items.range(at..found.len()).map(Value::id).eq(found[at..].iter().map(|item| item.id()))
                );
            }
            found
        }
        View::Dict(dict) => dict.pairs().flat_map(|(key, value)| [key, value]).collect(),
        View::Object(object) => {
            let parts = [Some(object.callable()), Some(object.args()), object.kwargs()];
            let parts = parts.into_iter().flatten().chain(object.states()).chain(object.calls());
            let items = object.items().into_iter().flat_map(Seq::iter);
            let pairs = object
                .pairs()
                .into_iter()
                .flat_map(|dict| dict.pairs())
                .flat_map(|(key, value)| [key, value]);
            parts.chain(items).chain(pairs).collect()
        }
        View::Persistent(id) => vec![id],
        _ => Vec::new(),
    }
}

/// Whether there are more than so many values where what is shared counts as often as it is held. Of a cycle there are.
pub(crate) fn expands(root: Value<'_>, most: usize) -> bool {
    let (mut todo, mut met) = (vec![root], 0);
    while let Some(value) = todo.pop() {
        let inside = inside(value);
        met += 1 + inside.len();
        if met > most {
            return true;
        }
        todo.extend(inside);
    }
    false
}

/// # Panics
///
/// The two do not hold the same values with the same sharing.
pub(crate) fn same(a: &Pickle<&[u8]>, b: &Pickle<&[u8]>) {
    assert_eq!((a.roots().len(), a.objects().count()), (b.roots().len(), b.objects().count()));
    let (mut forth, mut back): (HashMap<Id, Id>, HashMap<Id, Id>) = Default::default();
    let mut todo: Vec<_> = a.roots().zip(b.roots()).collect();
    while let Some((x, y)) = todo.pop() {
        let (known, other) = (forth.insert(x.id(), y.id()), back.insert(y.id(), x.id()));
        assert_eq!((known.unwrap_or(y.id()), other.unwrap_or(x.id())), (y.id(), x.id()), "{x} is not {y}");
        if known.is_some() {
            continue;
        }
        assert_eq!((x.offset(), x.len(), x.kind()), (y.offset(), y.len(), y.kind()), "{x} and {y}");
        let (inside_x, inside_y) = (inside(x), inside(y));
        assert_eq!(inside_x.len(), inside_y.len(), "{x} and {y}");
        if inside_x.is_empty() {
            assert_eq!(plain(x), plain(y));
        }
        if let (Some(x), Some(y)) = (x.as_dict(), y.as_dict()) {
            assert_eq!(x.len(), y.len());
            assert!(x.iter().map(|(key, _)| key.offset()).eq(y.iter().map(|(key, _)| key.offset())));
        }
        if let (Some(x), Some(y)) = (x.as_object(), y.as_object()) {
            assert_eq!((x.make(), x.class().is_some()), (y.make(), y.class().is_some()));
        }
        todo.extend(inside_x.into_iter().zip(inside_y));
    }
}

/// # Panics
///
/// What was encoded at a protocol is not what it was before: other values, or other sharing of what has an identity in Python.
pub(crate) fn alike(before: Value<'_>, after: Value<'_>, protocol: Protocol) {
    let (mut forth, mut back): (HashMap<Id, Id>, HashMap<Id, Id>) = Default::default();
    let mut todo = vec![(before, after)];
    while let Some((x, y)) = todo.pop() {
        if has_identity(x) {
            let known = (forth.insert(x.id(), y.id()), back.insert(y.id(), x.id()));
            assert_eq!((known.0.unwrap_or(y.id()), known.1.unwrap_or(x.id())), (y.id(), x.id()), "{x}");
            if known.0.is_some() {
                continue;
            }
        }
        if let (Some(class), named) = (x.as_class(), y.as_class()) {
            // Python 2 calls several by one name, and has no names with dots.
            let named = named.map(|class| (class.module(), class.name()));
            let as_is = protocol >= Protocol::V4 || protocol == Protocol::V3 && !class.name().contains('.');
            assert!(!as_is || named == Some((class.module(), class.name())), "{x} and {y}");
            continue;
        }
        let (inside_x, inside_y) = (inside(x), inside(y));
        assert_eq!(inside_x.len(), inside_y.len(), "{x} and {y}");
        assert!(discriminant(&x.view()) == discriminant(&y.view()), "{x} and {y}");
        if inside_x.is_empty() {
            assert_eq!(plain(x), plain(y));
        }
        if let (Some(x), Some(y)) = (x.as_object(), y.as_object()) {
            assert_eq!(x.make(), y.make());
        }
        todo.extend(inside_x.into_iter().zip(inside_y));
    }
}

fn has_identity(value: Value<'_>) -> bool {
    match value.view() {
        View::Tuple(items) => !items.is_empty(),
        View::List(_) | View::Dict(_) | View::Set(_) | View::FrozenSet(_) | View::ByteArray(_) => true,
        View::Object(_) | View::Persistent(_) => true,
        _ => false,
    }
}

/// A value that holds no others, as text; not cut, for leaves are as long as the input at most.
fn plain(value: Value<'_>) -> String {
    value.repr().with_text(usize::MAX).with_max_bytes(usize::MAX).to_string()
}
