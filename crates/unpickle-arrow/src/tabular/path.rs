//! Paths to values: `model.coef_`, `rows[3].name`, `Student 1`.

use unpickle_core::Value;
use unpickle_pandas::sparse_panel;

/// Most values that one step may choose from.
const MAX_CHOICE: usize = 1_000_000;

/// A step to what a container or an object holds. Items of a list are `[3]`; items of a dict and attributes go by their
/// name, and by `[repr]` where the key is no text.
pub(super) fn step(path: &str, key: &str) -> String {
    if path.is_empty() || key.starts_with('[') { format!("{path}{key}") } else { format!("{path}.{key}") }
}

/// Calls `each` with every value that `value` holds and the name of the step to it, until it says `false`.
pub(super) fn inside<'p>(value: Value<'p>, mut each: impl FnMut(String, Value<'p>) -> bool) {
    let object = value.as_object();
    let items = value.as_seq().or_else(|| object?.items());
    for (i, item) in items.into_iter().flat_map(|items| items.iter()).take(MAX_CHOICE).enumerate() {
        if !each(format!("[{i}]"), item) {
            return;
        }
    }
    let pairs = value.as_dict().or_else(|| object?.pairs()).or_else(|| sparse_panel(value));
    for (key, item) in pairs.into_iter().flat_map(|pairs| pairs.iter()).take(MAX_CHOICE) {
        let name = match key.as_text() {
            Some(name) if !name.is_empty() => name.into_owned(),
            _ => format!("[{}]", key.repr()),
        };
        if !each(name, item) {
            return;
        }
    }
    for (key, item) in object.into_iter().flat_map(|object| object.attrs()).take(MAX_CHOICE) {
        if let Some(name) = key.as_text()
            && !each(name.into_owned(), item)
        {
            return;
        }
    }
}

/// Whether there is more on the way to the first thing inside that is no container of one.
pub(crate) fn holds_more(root: Value<'_>) -> bool {
    let mut at = root;
    for _ in 0..MAX_CHOICE {
        let (mut count, mut next) = (0, None);
        inside(at, |_, item| {
            count += 1;
            next = Some(item);
            count < 2
        });
        match next {
            Some(item) if count == 1 && item.as_object().is_none() => at = item,
            _ => return count > 1,
        }
    }
    false
}

/// The value at `path`. A name may hold dots and brackets itself, so all names that fit are tried, and the first that leads
/// on is taken. Each step takes some of the text, so this ends, also in what holds itself.
pub(crate) fn find<'p>(root: Value<'p>, path: &str) -> Option<Value<'p>> {
    // Where a step was taken: the value there, and what is left of the path.
    let mut todo = vec![(root, path)];
    let mut tried = 0;
    while let Some((value, rest)) = todo.pop() {
        let from = todo.len();
        let mut found = None;
        inside(value, |name, item| {
            let left = match rest.strip_prefix(&*name) {
                Some("") => {
                    found = Some(item);
                    return false;
                }
                Some(left) if left.starts_with('[') => left,
                Some(left) => match left.strip_prefix('.') {
                    Some(left) => left,
                    None => return true,
                },
                None => return true,
            };
            todo.push((item, left));
            true
        });
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
    fn attributes_are_steps() {
        finds(b"\x80\x02cshop\nItem\n)\x81}X\x05\0\0\0priceK\x03sb.", "price", Some("3"));
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
