//! Values as an indented tree, cut by depth and length.

use std::io::{self, Write};

use unpickle::arrow::describe_known;
use unpickle::pandas::{Std, stdlib};
use unpickle::{File, Value, View};

use crate::imports::Imports;
use crate::messages::{clean, counted};

/// How deep the tree goes, how many items of one container it shows, and how many lines there are at most.
const DEPTH: usize = 8;
const ITEMS: usize = 20;
const LINES: usize = 2000;

/// A line still to be written.
struct Line<'p> {
    depth: usize,
    label: String,
    what: What<'p>,
}

enum What<'p> {
    Value(Value<'p>),
    Text(String),
}

/// Writes all values of a file so, and behind them the globals that are named on no branch.
pub(crate) fn whole(file: &File, out: &mut impl Write) -> io::Result<()> {
    let mut shown = Imports::default();
    for value in file.values() {
        tree(value, &mut shown, out)?;
    }
    shown.write_others("besides", file.pickle(), out)
}

/// Writes the tree of `root`, and counts the globals that it names as shown. Never recurses: a value may hold itself, and be
/// as deep as the pickle is long.
pub(crate) fn tree<'p>(root: Value<'p>, shown: &mut Imports<'p>, out: &mut impl Write) -> io::Result<()> {
    let mut todo = vec![Line { depth: 0, label: String::new(), what: What::Value(root) }];
    let mut lines = 0;
    while let Some(Line { depth, label, what }) = todo.pop() {
        lines += 1;
        if lines > LINES {
            return writeln!(out, "… (cut after {LINES} lines)");
        }
        let mut below = Vec::new();
        let text = match what {
            What::Text(text) => text,
            What::Value(value) => describe(value, depth, shown, &mut below),
        };
        writeln!(out, "{:indent$}{label}{}", "", clean(&text), indent = 2 * depth)?;
        todo.extend(below.into_iter().rev());
    }
    Ok(())
}

/// One line about `value`; what is to follow below it goes to `below`.
fn describe<'p>(
    value: Value<'p>,
    depth: usize,
    shown: &mut Imports<'p>,
    below: &mut Vec<Line<'p>>,
) -> String {
    let mut add = Below { depth: depth + 1, lines: below, shown: depth < DEPTH };
    match value.view() {
        View::List(items) => {
            add.items("", items.len(), items.iter());
            format!("list of {}", items.len())
        }
        View::Tuple(items) => {
            add.items("", items.len(), items.iter());
            format!("tuple of {}", items.len())
        }
        View::Set(items) => {
            add.items("", items.len(), items.iter());
            format!("set of {}", items.len())
        }
        View::FrozenSet(items) => {
            add.items("", items.len(), items.iter());
            format!("frozenset of {}", items.len())
        }
        View::Dict(dict) => {
            add.pairs(dict.len(), dict.pairs());
            format!("dict of {}", dict.len())
        }
        View::Object(_) => describe_known(value)
            .or_else(|| library(value, &mut add))
            .unwrap_or_else(|| object(value, shown, &mut add)),
        View::Class(class) => {
            shown.add(class);
            format!("{} at byte {}", short(value), value.offset())
        }
        View::Persistent(id) => format!("persistent id {}", short(id)),
        _ => short(value),
    }
}

/// A leaf, or anything else on one short line.
fn short(value: Value<'_>) -> String {
    value.repr().with_depth(2).with_items(8).with_text(80).with_max_bytes(160).to_string()
}

/// A value of the standard library: as Python prints it, or what it holds.
fn library<'p>(value: Value<'p>, add: &mut Below<'_, 'p>) -> Option<String> {
    let call = value.call()?;
    let kind = match (call.module, call.name) {
        ("array", _) => "array.array".to_owned(),
        ("builtins", name) => name.to_owned(),
        (module, name) => format!("{module}.{name}"),
    };
    Some(match stdlib::recognise(value)? {
        Std::Mapping(pairs) => {
            add.pairs(pairs.len(), pairs.iter());
            format!("{kind} of {}", pairs.len())
        }
        Std::Sequence(items) => {
            add.items("", items.len(), items.iter());
            format!("{kind} of {}", items.len())
        }
        Std::Array(array) => {
            format!("{kind} of {}, {}", array.dtype(), counted(array.len() as u64, "element"))
        }
        std @ (Std::Range(..) | Std::Slice(..)) => std.to_string(),
        std => format!("{kind} {std}"),
    })
}

/// An object: the call that made it, and below it what was given to it.
fn object<'p>(value: Value<'p>, shown: &mut Imports<'p>, add: &mut Below<'_, 'p>) -> String {
    let Some(object) = value.as_object() else { return short(value) };
    let callable = object.callable();
    let name = match object.call() {
        Some(call) => {
            add.items("argument ", call.args.len(), call.args.iter());
            if let View::Class(class) = callable.view() {
                shown.add(class);
            }
            let method = call.method.map(|method| format!(".{method}")).unwrap_or_default();
            format!("{}.{}{method} at byte {}", call.module, call.name, callable.offset())
        }
        None => {
            add.value("called", callable);
            add.value("arguments", object.args());
            "object".to_owned()
        }
    };
    if let Some(kwargs) = object.kwargs() {
        add.value("keywords", kwargs);
    }
    for state in object.states() {
        // The state of an ordinary object is its attributes.
        match state.view() {
            View::Dict(dict) => add.attributes(dict.len(), dict.pairs()),
            _ => add.value("state", state),
        }
    }
    if let Some(items) = object.items() {
        add.items("", items.len(), items.iter());
    }
    if let Some(pairs) = object.pairs() {
        add.pairs(pairs.len(), pairs.pairs());
    }
    name
}

/// Gathers the lines below one.
struct Below<'b, 'p> {
    depth: usize,
    lines: &'b mut Vec<Line<'p>>,
    shown: bool,
}

impl<'p> Below<'_, 'p> {
    fn push(&mut self, label: String, what: What<'p>) {
        self.lines.push(Line { depth: self.depth, label, what });
    }

    fn value(&mut self, label: &str, value: Value<'p>) {
        if self.shown {
            self.push(format!("{label}: "), What::Value(value));
        }
    }

    fn items(&mut self, label: &str, len: usize, items: impl Iterator<Item = Value<'p>>) {
        if self.cut(len) {
            return;
        }
        for (i, item) in items.take(ITEMS).enumerate() {
            self.push(format!("{label}{i}: "), What::Value(item));
        }
        self.more(len);
    }

    fn pairs(&mut self, len: usize, pairs: impl Iterator<Item = (Value<'p>, Value<'p>)>) {
        if self.cut(len) {
            return;
        }
        for (key, value) in pairs.take(ITEMS) {
            self.push(format!("{}: ", clean(&short(key))), What::Value(value));
        }
        self.more(len);
    }

    fn attributes(&mut self, len: usize, pairs: impl Iterator<Item = (Value<'p>, Value<'p>)>) {
        if self.cut(len) {
            return;
        }
        for (key, value) in pairs.take(ITEMS) {
            let name = key.as_text().map_or_else(|| short(key), |name| name.chars().take(80).collect());
            self.push(format!(".{}: ", clean(&name)), What::Value(value));
        }
        self.more(len);
    }

    fn cut(&mut self, len: usize) -> bool {
        if !self.shown && len > 0 && self.lines.is_empty() {
            self.push(String::new(), What::Text("…".into()));
        }
        !self.shown
    }

    fn more(&mut self, len: usize) {
        if len > ITEMS {
            self.push(String::new(), What::Text(format!("… {} more", len - ITEMS)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let pickle = unpickle::Pickle::parse(bytes).unwrap();
        let mut out = Vec::new();
        tree(pickle.root(), &mut Imports::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn containers_are_indented() {
        assert_eq!(
            text(b"\x80\x02}U\x01a](K\x01Nes."),
            "dict of 1\n  'a': list of 2\n    0: 1\n    1: None\n"
        );
    }

    #[test]
    fn objects_show_their_attributes() {
        assert_eq!(
            text(b"\x80\x02cshop\nItem\n)\x81}X\x05\0\0\0priceK\x03sb."),
            "shop.Item at byte 2\n  .price: 3\n"
        );
    }

    #[test]
    fn values_of_the_standard_library_are_as_python_prints_them() {
        let date = b"cdatetime\ndate\n(S'\x07\xe8\x02\x1d'\ntR.";
        assert_eq!(text(date), "datetime.date 2024-02-29\n");
        assert_eq!(text(b"cdatetime\ntimedelta\n(I-1\nI1\nI0\ntR."), "datetime.timedelta -1 day, 0:00:01\n");
        assert_eq!(text(b"cdecimal\nDecimal\n(V1.50\ntR."), "decimal.Decimal 1.50\n");
        assert_eq!(text(b"c__builtin__\nxrange\n(I0\nI3\nI1\ntR."), "range(0, 3)\n");
        assert_eq!(text(b"ccollections\nCounter\n((dVa\nI2\nstR."), "collections.Counter of 1\n  'a': 2\n");
        assert_eq!(text(b"ccollections\ndeque\n((lI1\natR."), "collections.deque of 1\n  0: 1\n");
    }

    #[test]
    fn a_list_in_itself_and_a_long_list_are_cut() {
        let itself = text(b"]q\x00h\x00a.");
        assert!(itself.lines().count() < 20 && itself.contains('…'), "{itself}");
        let mut long = b"](".to_vec();
        long.extend([b'N'; 100]);
        long.extend(b"e.");
        assert!(text(&long).ends_with("  … 80 more\n"));
    }

    #[test]
    fn what_is_shared_a_millionfold_ends() {
        // Twenty lists, each holding the one before twenty times.
        let mut bytes = b"]".to_vec();
        for i in 0..20_u8 {
            bytes.extend([b'q', i, b']', b'(']);
            (0..20).for_each(|_| bytes.extend([b'h', i]));
            bytes.push(b'e');
        }
        bytes.push(b'.');
        assert!(text(&bytes).lines().count() <= LINES + 1);
    }
}
