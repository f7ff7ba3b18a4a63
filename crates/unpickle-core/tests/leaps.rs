//! Leaves like each other are looked at together: nobody can tell, but by the time that it takes.

use unpickle_core::{Options, Pickle};

/// Decodes leaves together and one by one. Both must give the same error, or the same values at the same places.
fn compared(bytes: &[u8]) -> bool {
    let told = |pickle: Pickle<&[u8]>| -> Vec<_> {
        let end = (pickle.end(), String::new(), None);
        let items = pickle.root().iter().map(|item| (item.offset(), item.to_string(), Some(item.id())));
        std::iter::once(end).chain(items).collect()
    };
    let together = Options::new().parse(bytes).map(told).map_err(|error| error.to_string());
    let alone = Options::new().without_rows().parse(bytes).map(told).map_err(|error| error.to_string());
    assert_eq!(together, alone, "for {bytes:x?}");
    together.is_ok()
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

/// How likely it is that a leaf is of another sort than the one before it, of a thousand.
const CHANGES: [u64; 3] = [2, 60, 700];

/// A list of so many leaves, in batches as CPython writes them, and then some of what the memo holds.
fn list(random: &mut Random, count: u64, sorts: u64) -> Vec<u8> {
    let changes = CHANGES[random.below(3) as usize];
    let batch = [1000, 1000, 100, 100_000][random.below(4) as usize];
    let mut out = b"\x80\x04]\x94(".to_vec();
    let (mut memos, mut sort, mut len) = (1u32, 0, 7);
    for i in 0..count {
        if i % batch == batch - 1 {
            out.extend(b"e(");
        }
        if random.below(1000) < changes {
            sort = random.below(sorts);
            len = random.below(20) as u8;
        }
        match sort {
            0..3 => {
                // What looks like the end of one text and the start of another.
                out.extend([0x8c, len]);
                out.extend(b"\x94\x8c\x02\x94N".iter().cycle().take(len.into()));
                out.push(0x94);
                memos += 1;
            }
            3 => out.push(b'N'),
            4 => out.extend(b"J\x01J\x02J"),
            5 => out.extend(b"K\x01"),
            6 => out.extend(b"MMM"),
            7 => out.extend(b"G\x3f\xf8\0\0\0\0GG"),
            8 => out.push(0x88 + len % 2),
            9 => out.extend(b"\x8c\x01a"),
            10 => out.extend(b"\x95\x07\0\0\0\0\0\0\0N"),
            11 => {
                out.extend(b"N\x94");
                memos += 1;
            }
            _ => {
                out.push(b'j');
                out.extend((1 + random.below(u64::from(memos)) as u32).to_le_bytes());
            }
        }
    }
    for _ in 0..50 {
        out.push(b'j');
        out.extend((random.below(u64::from(memos)) as u32).to_le_bytes());
    }
    out.extend(b"e.");
    out
}

#[test]
fn leaves_are_the_same_together_and_alone() {
    let mut good = 0;
    for seed in 1..150 {
        let mut random = Random(seed);
        // Only texts and gaps; all that stays; all.
        let sorts = [4, 12, 13][seed as usize % 3];
        good += usize::from(compared(&list(&mut random, 6000, sorts)));
    }
    assert!(good > 90, "{good}");
}

#[test]
fn changed_bytes_are_the_same_together_and_alone() {
    for seed in 1..300 {
        let mut random = Random(seed);
        let mut bytes = list(&mut random, 300, 10);
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len() as u64) as usize;
            match random.below(3) {
                0 => bytes[at] = random.below(256) as u8,
                1 => _ = bytes.remove(at),
                _ => bytes.truncate(at + 1),
            }
        }
        compared(&bytes);
    }
}

#[test]
fn whatever_is_fetched_is_what_was_remembered() {
    let mut random = Random(9);
    let mut bytes = list(&mut random, 5000, 3);
    bytes.truncate(bytes.len() - 2 - 50 * 5);
    for index in 1..5000u32 {
        bytes.push(b'j');
        bytes.extend(index.to_le_bytes());
    }
    bytes.extend(b"e.");
    assert!(compared(&bytes));
    let pickle = Pickle::parse(&bytes[..]).unwrap();
    let items: Vec<_> = pickle.root().iter().map(|item| item.id()).collect();
    assert_eq!(items[..4999], items[5000..]);
}
