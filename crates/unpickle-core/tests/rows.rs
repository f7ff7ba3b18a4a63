//! Items made alike are kept as rows of a table: nobody can tell, but by the time and the memory that it takes.

use std::collections::HashMap;

use unpickle_core::{Id, Options, Pickle, Seq, Value, View};

/// Decodes with and without rows. Both must give the same error, or the same values with the same sharing.
fn compared(bytes: &[u8]) -> Option<Pickle<&[u8]>> {
    let rows = Options::new().parse(bytes);
    let alone = Options::new().without_rows().parse(bytes);
    match (rows, alone) {
        (Ok(rows), Ok(alone)) => {
            same(&rows, &alone);
            let most = 128 * bytes.len() + (1 << 16);
            assert!(rows.memory() <= most, "{} for {}", rows.memory(), bytes.len());
            Some(rows)
        }
        (Err(rows), Err(alone)) => {
            assert_eq!(rows.to_string(), alone.to_string());
            None
        }
        (rows, alone) => panic!("{:?} but {:?} for {bytes:x?}", rows.err(), alone.err()),
    }
}

fn same(a: &Pickle<&[u8]>, b: &Pickle<&[u8]>) {
    let (mut forth, mut back): (HashMap<Id, Id>, HashMap<Id, Id>) = Default::default();
    let mut stack = vec![(a.root(), b.root())];
    while let Some((x, y)) = stack.pop() {
        let (known, other) = (forth.insert(x.id(), y.id()), back.insert(y.id(), x.id()));
        assert_eq!((known.unwrap_or(y.id()), other.unwrap_or(x.id())), (y.id(), x.id()), "{x} is not {y}");
        if known.is_some() {
            continue;
        }
        assert_eq!(x.offset(), y.offset(), "{x} and {y}");
        assert!(a.value(x.id()).is_some_and(|again| again.is(x)));
        assert_eq!((x.kind(), x.len()), (y.kind(), y.len()));
        let items = |x: Seq<'_>, y: Seq<'_>| stack_items(a, b, x, y).into_iter();
        let pairs: Vec<_> = match (x.view(), y.view()) {
            (View::List(x), View::List(y)) | (View::Tuple(x), View::Tuple(y)) => items(x, y).collect(),
            (View::Set(x), View::Set(y)) | (View::FrozenSet(x), View::FrozenSet(y)) => items(x, y).collect(),
            (View::Dict(x), View::Dict(y)) => {
                assert_eq!((x.len(), x.pairs().len()), (y.len(), y.pairs().len()));
                for (i, (key, value)) in x.pairs().enumerate() {
                    assert!(x.nth(i).is_some_and(|nth| nth.is(value)));
                    assert!(x.layout().is_none() || x.get(key).is_some_and(|found| found.is(value)));
                }
                assert!(x.iter().map(|(key, _)| key.to_string()).eq(y.keys().map(|key| key.to_string())));
                let pairs = x.pairs().zip(y.pairs());
                pairs.flat_map(|((k, v), (l, w))| [(k.id(), l.id()), (v.id(), w.id())]).collect()
            }
            (View::Object(x), View::Object(y)) => {
                assert_eq!(x.make(), y.make());
                let part = |x: Option<Value<'_>>, y: Option<Value<'_>>| {
                    assert_eq!(x.is_some(), y.is_some());
                    Some((x?.id(), y?.id()))
                };
                assert_eq!(x.states().count(), y.states().count());
                let states = x.states().zip(y.states()).filter_map(|(x, y)| part(Some(x), Some(y)));
                let calls =
                    [part(Some(x.callable()), Some(y.callable())), part(Some(x.args()), Some(y.args()))];
                calls.into_iter().flatten().chain(states).collect()
            }
            _ => {
                assert_eq!(x.to_string(), y.to_string());
                Vec::new()
            }
        };
        stack.extend(pairs.into_iter().filter_map(|(x, y)| Some((a.value(x)?, b.value(y)?))));
    }
    assert_eq!(a.objects().count(), b.objects().count());
}

fn stack_items(a: &Pickle<&[u8]>, b: &Pickle<&[u8]>, x: Seq<'_>, y: Seq<'_>) -> Vec<(Id, Id)> {
    let (x_ids, y_ids): (Vec<_>, Vec<_>) = (x.ids().collect(), y.ids().collect());
    assert_eq!((x.len(), y.len()), (x_ids.len(), y_ids.len()));
    let mut folded = Vec::new();
    x.iter().for_each(|item| folded.push(item.id()));
    assert_eq!(folded, x_ids);
    let len = x.len();
    for at in [0, 1, len / 3, len / 2, len.saturating_sub(1), len] {
        assert_eq!(x.get(at).map(Value::id), x_ids.get(at).copied());
        assert!(x.range(at..len).map(Value::id).eq(x_ids[at.min(len)..].iter().copied()));
        assert_eq!(x.range(at / 2..at).last().map(Value::id), x_ids[at / 2..at.min(len)].last().copied());
    }
    assert!(x_ids.iter().all(|&id| a.value(id).is_some()) && y_ids.iter().all(|&id| b.value(id).is_some()));
    x_ids.into_iter().zip(y_ids).collect()
}

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Writes a pickle as CPython does: batches, memo, frames.
struct Writer {
    out: Vec<u8>,
    memo: u32,
    /// Whether the memo is numbered by PUT, as protocols 1 to 3 do.
    puts: bool,
    random: Random,
}

impl Writer {
    fn new(seed: u64, puts: bool) -> Writer {
        Writer { out: vec![0x80, if puts { 2 } else { 4 }], memo: 0, puts, random: Random(seed * 77 + 1) }
    }

    fn op(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    fn memoize(&mut self) -> u32 {
        match (self.puts, u8::try_from(self.memo)) {
            (false, _) => self.op(b"\x94"),
            (true, Ok(index)) => self.op(&[b'q', index]),
            (true, Err(_)) => {
                let index = self.memo.to_le_bytes();
                self.op(&[&b"r"[..], &index].concat());
            }
        }
        self.memo += 1;
        self.memo - 1
    }

    fn get(&mut self, index: u32) {
        match u8::try_from(index) {
            Ok(index) => self.op(&[b'h', index]),
            Err(_) => self.op(&[&b"j"[..], &index.to_le_bytes()].concat()),
        }
    }

    fn str(&mut self, text: &str) -> u32 {
        self.op(&[&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat());
        self.memoize()
    }

    fn leaf(&mut self) {
        match self.random.below(7) {
            0 => self.op(b"N"),
            1 => self.op(b"\x88"),
            2 => self.op(b"G\x3f\xf8\0\0\0\0\0\0"),
            3 => self.op(b"M\x01\x02"),
            4 if self.memo > 0 => {
                let index = self.random.below(self.memo.into()) as u32;
                self.get(index);
            }
            5 => _ = self.str("text"),
            _ => self.op(b"K\x07"),
        }
    }

    /// A list of leaves, of this length.
    fn leaves(&mut self, len: u64) {
        self.op(b"]");
        self.memoize();
        match len {
            0 => {}
            1 => {
                self.leaf();
                self.op(b"a");
            }
            _ => {
                self.op(b"(");
                (0..len).for_each(|_| self.leaf());
                self.op(b"e");
            }
        }
    }

    /// One item of this sort, its keys and classes being under these indexes of the memo.
    fn item(&mut self, sort: u64, names: &[u32]) {
        match sort {
            0 => {
                self.op(b"}");
                self.memoize();
                self.op(b"(");
                for &name in names {
                    self.get(name);
                    self.leaf();
                }
                self.op(b"u");
            }
            1 => {
                let len = self.random.below(5);
                self.leaves(len);
            }
            2 => {
                self.leaf();
                self.leaf();
                self.op(b"\x86");
                self.memoize();
            }
            3 => {
                self.op(b"(");
                (0..5).for_each(|_| self.leaf());
                self.op(b"t");
                self.memoize();
            }
            4 => {
                self.get(names[0]);
                self.get(names[1]);
                self.leaves(2);
                self.op(b"\x86");
                self.memoize();
                self.op(b"\x86");
                self.memoize();
            }
            5 => {
                // A class is not memoized here: it is the third thing in the memo.
                self.get(2);
                self.leaf();
                self.op(b"\x85");
                self.memoize();
                self.op(b"R");
                self.memoize();
                if self.random.below(8) > 0 {
                    self.op(b"}");
                    self.memoize();
                    self.get(names[0]);
                    self.leaf();
                    self.op(b"sb");
                }
            }
            6 => {
                self.op(b"}");
                self.memoize();
                self.op(b"(K\x01");
                self.leaf();
                self.get(names[0]);
                self.item(0, &names[..1]);
                self.get(names[1]);
                self.leaves(3);
                self.op(b"u");
            }
            _ => {
                self.op(b"\x8f");
                self.memoize();
                self.op(b"(K\x01K\x02\x90");
            }
        }
    }

    fn pickle(mut self, sorts: &[u64], items: u64) -> Vec<u8> {
        self.op(b"]");
        self.memoize();
        self.op(b"(");
        let first = self.str("first");
        self.op(b"cmodule\nname\n");
        self.memoize();
        let second = self.str("second");
        for i in 0..items {
            if i % 100 == 99 {
                self.op(b"e(");
            }
            if i % 37 == 36 && !self.puts {
                self.op(b"\x95\xff\0\0\0\0\0\0\0");
            }
            let sort = sorts[self.random.below(sorts.len() as u64) as usize];
            self.item(sort, &[first, second]);
        }
        self.op(b"e.");
        self.out
    }
}

#[test]
fn items_of_each_sort_are_the_same_in_rows() {
    for sort in 0..8 {
        for puts in [false, true] {
            for seed in 0..8 {
                let bytes = Writer::new(seed, puts).pickle(&[sort], 700);
                let rows = compared(&bytes).unwrap().memory();
                let alone = Options::new().without_rows().parse(&bytes[..]).unwrap().memory();
                assert!(rows < alone, "sort {sort}, {puts}, {seed}: {rows} and {alone}");
            }
        }
    }
}

#[test]
fn items_of_mixed_sorts_are_the_same_in_rows() {
    for seed in 0..60 {
        let mut random = Random(seed + 5);
        let sorts: Vec<u64> = (0..=random.below(4)).map(|_| random.below(8)).collect();
        let bytes = Writer::new(seed, seed % 3 == 0).pickle(&sorts, 400);
        assert!(compared(&bytes).is_some());
    }
}

#[test]
fn changed_bytes_are_the_same_in_rows() {
    let opcodes = b"(.012abdegehjlqrstu}])\x81\x85\x86\x87\x88\x8f\x90\x91\x94\x95NKMGJRQ";
    for seed in 0..150 {
        let mut random = Random(seed + 11);
        let mut bytes = Writer::new(seed, seed % 4 == 0).pickle(&[seed % 8, seed % 3], 60);
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len() as u64) as usize;
            match random.below(4) {
                0 => bytes[at] = random.below(256) as u8,
                1 => _ = bytes.remove(at),
                2 => bytes.insert(at, opcodes[random.below(opcodes.len() as u64) as usize]),
                _ => bytes[at] = opcodes[random.below(opcodes.len() as u64) as usize],
            }
        }
        compared(&bytes);
    }
}

#[test]
fn rows_take_less_memory() {
    let bytes = Writer::new(3, false).pickle(&[0], 5000);
    let alone = Options::new().without_rows().parse(&bytes[..]).unwrap().memory();
    let rows = Pickle::parse(&bytes[..]).unwrap().memory();
    assert!(rows * 2 < alone, "{rows} and {alone}");
}

#[test]
fn dicts_in_rows_have_a_layout() {
    let bytes = Writer::new(4, false).pickle(&[0], 300);
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let layouts: Vec<_> = pickle.root().iter().filter_map(|item| item.as_dict()?.layout()).collect();
    assert!(layouts.len() > 200, "{}", layouts.len());
    assert!(layouts.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn an_item_that_is_changed_later_is_changed() {
    // [[1, 1], …] and then the memo's second entry gets one item more.
    let items = b"]\x94(K\x01K\x01e".repeat(50);
    let bytes = [&b"\x80\x04]\x94("[..], &items, b"h\x1eK\x05a0e."].concat();
    let pickle = compared(&bytes).unwrap();
    assert_eq!(pickle.root().item(29).unwrap().to_string(), "[1, 1, 5]");
    // An object in a row gets a state; a dict a pair.
    let items = b"cm\nf\n\x94".to_vec();
    let items = [items, b"h\x01K\x01\x85\x94R\x94".repeat(50)].concat();
    let bytes = [&b"\x80\x04]\x94("[..], &items, b"h\x1fK\x05b0e."].concat();
    assert!(compared(&bytes).unwrap().root().item(15).unwrap().to_string().ends_with("<- 5"));
    // The last of many objects gets an item, as its kind may not.
    let items = [&b"cm\nf\n\x94"[..], &b"h\x01)R\x94".repeat(50)].concat();
    let bytes =
        [&b"\x80\x04]\x94("[..], &items, b"h\x01K\x05\x85R\x94".repeat(50).as_slice(), b"h\x00ae."].concat();
    assert!(compared(&bytes).unwrap().root().item(100).unwrap().as_object().unwrap().items().is_some());
    let items = b"}\x94K\x01K\x01s".repeat(50);
    let bytes = [&b"\x80\x04]\x94("[..], &items, b"h\x1eK\x05K\x05s0e."].concat();
    assert_eq!(compared(&bytes).unwrap().root().item(29).unwrap().to_string(), "{1: 1, 5: 5}");
}

#[test]
fn nothing_is_appended_to_a_set() {
    let bytes = [&b"\x80\x04]\x94("[..], &b"\x8f\x94K\x01a".repeat(50), b"e."].concat();
    assert!(compared(&bytes).is_none());
    let sets = [&b"\x80\x04]\x94("[..], &b"\x8f\x94(K\x01\x90".repeat(50), b"\x8f\x94K\x01ae."].concat();
    assert!(compared(&sets).is_none());
}

#[test]
fn a_key_that_is_put_again_is_another_key() {
    // The key is under 1; then 1 is put anew, and the items that follow have that key.
    let item = b"}\x94h\x01K\x01s";
    let bytes = [&b"\x80\x04]\x94(U\x01a\x94"[..], &item.repeat(30), b"U\x01bq\x01", &item.repeat(30), b"e."]
        .concat();
    let pickle = compared(&bytes).unwrap();
    assert_eq!(pickle.root().item(20).unwrap().to_string(), "{'a': 1}");
    assert_eq!(pickle.root().item(50).unwrap().to_string(), "{'b': 1}");
}

#[test]
fn a_bytearray_grows_once_though_the_rows_are_decoded_twice() {
    let array = b"\x96\x01\0\0\0\0\0\0\0a\x94Kba";
    let items = b"]\x94(K\x01K\x01e".repeat(50);
    let bytes = [&b"\x80\x05]\x94("[..], array, &items, b"h\x1eK\x05a0e."].concat();
    let pickle = compared(&bytes).unwrap();
    assert_eq!(pickle.root().item(29).unwrap().to_string(), "[1, 1, 5]");
    assert_eq!(pickle.root().item(0).unwrap().to_string(), "bytearray(b'ab')");
}
