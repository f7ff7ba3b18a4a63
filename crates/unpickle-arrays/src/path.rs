//! Paths to values: `model.coef_`, `rows[3].name`, `estimators_[0,2].tree_`, `Student 1`.

use std::borrow::Cow;
use std::rc::Rc;

use unpickle_core::{Seq, Value};
use unpickle_numpy::{Cell, NdArray, Scalar};

use crate::recognise::is_array;
use crate::tensor;

/// Most values that one path may choose from.
const MAX_CHOICE: usize = 1_000_000;

/// A step from a value to one that it holds.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step<'p> {
    /// An item of a sequence: `[3]`.
    Item(usize),
    /// What a dict has under a key: `.name`, or `[repr]` where the key is no text.
    Key(Value<'p>),
    /// An attribute: `.name`.
    Attr(Cow<'p, str>),
    /// The cell of this logical number in an array of objects of this shape: `[0,2]`.
    Cell(usize, Rc<[usize]>),
}

impl<'p> Step<'p> {
    /// The step alone, as it is spelled at the beginning of a path.
    pub fn name(&self) -> Cow<'p, str> {
        match self {
            Step::Item(i) => format!("[{i}]").into(),
            Step::Key(key) => match key.as_text() {
                Some(name) if !name.is_empty() => name,
                _ => numpy_key(*key).unwrap_or_else(|| format!("[{}]", key.repr()).into()),
            },
            Step::Attr(name) => name.clone(),
            Step::Cell(index, shape) => cell(*index, shape).into(),
        }
    }

    /// Appends the step to a path.
    pub fn push_to(&self, path: &mut String) {
        push(path, &self.name());
    }
}

/// A number or text of numpy as a key, which to Python is the same as one of its own: labels that were counted by
/// `numpy.unique` are such keys.
fn numpy_key(key: Value<'_>) -> Option<Cow<'_, str>> {
    key.as_object()?;
    match key.extract::<Scalar<'_>>().ok()?.cell()? {
        Cell::Int(int) => Some(format!("[{int}]").into()),
        Cell::UInt(int) => Some(format!("[{int}]").into()),
        Cell::Str(text, _) => String::from_utf8(text).ok().filter(|text| !text.is_empty()).map(Cow::Owned),
        _ => None,
    }
}

/// Appends a step by its name to a path: with a dot between, unless it is in brackets.
pub fn push(path: &mut String, step: &str) {
    if !path.is_empty() && !step.is_empty() && !step.starts_with('[') {
        path.push('.');
    }
    path.push_str(step);
}

/// The place in an array as numpy takes it: `[3]`, `[0,2]`, `[()]` where there are no axes.
fn cell(index: usize, shape: &[usize]) -> String {
    let mut rest = index;
    let mut place: Vec<usize> = Vec::with_capacity(shape.len());
    for &len in shape.iter().rev() {
        place.push(rest.checked_rem(len).unwrap_or(0));
        rest = rest.checked_div(len).unwrap_or(0);
    }
    if place.is_empty() {
        return "[()]".to_owned();
    }
    let place: Vec<String> = place.iter().rev().map(usize::to_string).collect();
    format!("[{}]", place.join(","))
}

/// Calls `each` with every value that `value` holds and the step to it, until it says `false`: items, then what is under
/// keys, then attributes; the cells of an array of objects.
///
/// ```
/// use unpickle_arrays::path::inside;
/// use unpickle_core::Pickle;
///
/// // pickle.dumps({"a": 1, 2: 3})
/// let pickle = Pickle::parse(b"}(X\x01\0\0\0aK\x01K\x02K\x03u.")?;
/// let mut steps = Vec::new();
/// inside(pickle.root(), &mut |step, _| {
///     steps.push(step.name().into_owned());
///     true
/// });
/// assert_eq!(steps, ["a", "[2]"]);
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn inside<'p>(value: Value<'p>, each: &mut dyn FnMut(Step<'p>, Value<'p>) -> bool) {
    // A persistent id, where it is known what that stands for.
    let value = value.loaded().unwrap_or(value);
    let object = value.as_object();
    let items = value.as_seq().or_else(|| object?.items());
    for (i, item) in items.into_iter().flat_map(Seq::iter).enumerate() {
        if !each(Step::Item(i), item) {
            return;
        }
    }
    let pairs = value.as_dict().or_else(|| object?.pairs());
    for (key, item) in pairs.into_iter().flat_map(|pairs| pairs.iter()) {
        if !each(Step::Key(key), item) {
            return;
        }
    }
    let Some(object) = object else { return };
    if pairs.is_none() {
        for pair in given_pairs(value).into_iter().flat_map(Seq::iter) {
            let Some((key, item)) = pair.as_seq().and_then(|pair| Some((pair.get(0)?, pair.get(1)?))) else {
                continue;
            };
            if !each(Step::Key(key), item) {
                return;
            }
        }
    }
    for (key, item) in object.attrs() {
        if let Some(name) = key.as_text()
            && !each(Step::Attr(name), item)
        {
            return;
        }
    }
    if is_array(value)
        && let Ok(array) = value.extract::<NdArray<'p>>()
        && let Some(cells) = array.objects()
    {
        let shape: Rc<[usize]> = array.shape().into();
        for (i, cell) in cells.iter().enumerate() {
            if !each(Step::Cell(i, shape.clone()), cell) {
                return;
            }
        }
    }
}

/// The pairs that an `OrderedDict` is made of where Python 2 wrote it: `OrderedDict([[key, value], …])`.
fn given_pairs(value: Value<'_>) -> Option<Seq<'_>> {
    let call = value.call().filter(|call| call.name == "OrderedDict" && call.module == "collections")?;
    call.args.get(0)?.as_list()
}

/// The value at `path`; a tensor of a module of PyTorch goes by its name in `state_dict()`, too. A name may hold dots and brackets itself, so all names that fit are tried, and the first that leads
/// on is taken. Each step takes some of the text, so this ends, also in what holds itself.
///
/// ```
/// use unpickle_arrays::path::find;
/// use unpickle_core::Pickle;
///
/// // pickle.dumps({"a": [1, 2], "a.b": 3})
/// let pickle = Pickle::parse(b"}(X\x01\0\0\0a](K\x01K\x02eX\x03\0\0\0a.bK\x03u.")?;
/// assert_eq!(find(pickle.root(), "a[1]").and_then(|value| value.as_i64()), Some(2));
/// assert_eq!(find(pickle.root(), "a.b").and_then(|value| value.as_i64()), Some(3));
/// # Ok::<(), unpickle_core::Error>(())
/// ```
pub fn find<'p>(root: Value<'p>, path: &str) -> Option<Value<'p>> {
    find_in(root, path, inside)
}

/// What [`inside`] is like: it tells what a value holds.
pub type Inside<'p> = fn(Value<'p>, &mut dyn FnMut(Step<'p>, Value<'p>) -> bool);

/// As [`find`], where `inside` says what a value holds.
pub fn find_in<'p>(root: Value<'p>, path: &str, inside: Inside<'p>) -> Option<Value<'p>> {
    // Where a step was taken: the value there, and what is left of the path.
    let mut todo = vec![(root, path)];
    let mut tried = 0;
    while let Some((value, rest)) = todo.pop() {
        let from = todo.len();
        let (mut found, mut looked_at) = (None, 0);
        let mut consider = |name: &str, item: Value<'p>| {
            let left = match rest.strip_prefix(name) {
                Some("") => {
                    found = Some(item);
                    return false;
                }
                Some(left) if left.starts_with('[') => Some(left),
                Some(left) => left.strip_prefix('.'),
                None => None,
            };
            todo.extend(left.map(|left| (item, left)));
            looked_at += 1;
            looked_at < MAX_CHOICE
        };
        let state = tensor::state(value);
        if state.iter().all(|(name, tensor)| consider(name, *tensor)) {
            inside(value, &mut |step, item| consider(&step.name(), item));
        }
        if found.is_some() {
            return found;
        }
        // The first name is tried first.
        if let Some(new) = todo.get_mut(from..) {
            new.reverse();
        }
        tried += 1;
        if tried > MAX_CHOICE {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use unpickle_core::Pickle;

    use super::*;

    #[track_caller]
    fn finds(bytes: &[u8], path: &str, text: Option<&str>) {
        let pickle = Pickle::parse(bytes).unwrap();
        let found = find(pickle.root(), path).map(|value| value.to_string());
        assert_eq!(found.as_deref(), text, "{path}");
    }

    #[test]
    fn steps_are_names_and_numbers() {
        // {'a': [1, {'b c': 2, 3: 4}], 'a.b': 5}
        let bytes = b"}(U\x01a](K\x01}(U\x03b cK\x02K\x03K\x04ueU\x03a.bK\x05u.";
        finds(bytes, "a[0]", Some("1"));
        finds(bytes, "a[1].b c", Some("2"));
        finds(bytes, "a[1][3]", Some("4"));
        finds(bytes, "a.b", Some("5"));
        for path in ["", "b", "a[2]", "a[1]b c", "a[1].", "a[1].b c.d", "a[-1]", "[0]"] {
            finds(bytes, path, None);
        }
    }

    #[test]
    fn keys_of_numpy_are_as_pythons() {
        // {numpy.int8(-2): 1, numpy.str_('a'): 2}
        let scalar = |code: &str, size: &str, bytes: &str| {
            format!(
                "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'{code}'\nI0\nI1\ntR(I3\nS'<'\nNNN{size}I0\ntbS'{bytes}'\ntR"
            )
        };
        let keys = [scalar("i1", "I-1\nI-1\n", "\\xfe"), scalar("U1", "I4\nI4\n", "a\\x00\\x00\\x00")];
        let bytes = format!("(d{}I1\ns{}I2\ns.", keys[0], keys[1]);
        finds(bytes.as_bytes(), "[-2]", Some("1"));
        finds(bytes.as_bytes(), "a", Some("2"));
    }

    #[test]
    fn attributes_are_steps() {
        finds(b"\x80\x02cshop\nItem\n)\x81}X\x05\0\0\0priceK\x03sb.", "price", Some("3"));
    }

    #[test]
    fn the_pairs_of_an_old_ordered_dict_are_steps() {
        finds(b"ccollections\nOrderedDict\n(](](U\x01aK\x01eetR.", "a", Some("1"));
    }

    #[test]
    fn cells_are_steps_by_their_place() {
        // numpy.array([['a', 'b']], object)
        let bytes = b"cnumpy._core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85U\x01btR(K\x01K\x01K\x02\x86\
            cnumpy\ndtype\n(U\x02O8\x89\x88tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb\x89](U\x01aU\x01be\
            tb.";
        finds(bytes, "[0,1]", Some("'b'"));
        finds(bytes, "[1]", None);
        assert_eq!(cell(5, &[2, 3]), "[1,2]");
        assert_eq!(cell(0, &[]), "[()]");
    }

    #[test]
    fn a_path_through_what_holds_itself_ends() {
        // x = {'': x, 'a': x}
        let bytes = b"}q\0(U\0h\0U\x01ah\0u.";
        let path = format!("{}b", "a.".repeat(500));
        finds(bytes, &path, None);
        let pickle = Pickle::parse(bytes).unwrap();
        assert!(find(pickle.root(), "a['']['']").is_some_and(|found| found.is(pickle.root())));
    }
}
