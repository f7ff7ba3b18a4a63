//! `Attack`: some bytes, and what may become of them.

use std::sync::{RwLock, RwLockReadGuard};

use unpickle_core::Pickle;

use crate::ALLOCATOR;
use crate::command::{Done, Folder};
use crate::table;

/// Held for writing while allocations are counted: nobody else allocates much then.
static COUNTING: RwLock<()> = RwLock::new(());

/// What decoding may take for each byte of the input, and on top.
const MEMORY: usize = 128;
const MORE_MEMORY: usize = 16 << 20;

/// Seconds of a processor that the command may take: other tests run beside it.
const SECONDS: f64 = 10.0;

/// Everything else that can be asked of a file: it must come to an end as well, in peace or with an error of one line.
const OTHERS: &[&[&str]] = &[&["--list"], &["--tree"], &["out.csv"], &["out.npz"]];

/// A file that attacks.
pub(crate) struct Attack {
    /// What it does, for the table.
    pub(crate) name: String,
    pub(crate) ending: &'static str,
    bytes: Box<dyn Fn() -> Vec<u8>>,
}

impl Attack {
    /// The pickle that `bytes` makes.
    pub(crate) fn new(name: impl Into<String>, bytes: impl Fn() -> Vec<u8> + 'static) -> Attack {
        Attack { name: name.into(), ending: "pkl", bytes: Box::new(bytes) }
    }

    /// The same in a file of this ending.
    pub(crate) fn ending(self, ending: &'static str) -> Attack {
        Attack { ending, ..self }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        (self.bytes)()
    }

    /// What converts it to Parquet.
    pub(crate) const CONVERT: &[&[&str]] = &[&["out.parquet", "--threads", "2"]];

    /// Converts it to Parquet.
    pub(crate) fn convert(&self, folder: &Folder) -> Done {
        folder.run(Self::CONVERT)
    }

    /// What the command did, if it is not what it should do.
    fn fault(&self, done: &Done, args: &str) -> Option<String> {
        let lines = done.text.lines().count();
        let what = match done.code {
            Some(0) => (done.processor > SECONDS).then(|| "too long".to_owned()),
            Some(2) if lines != 1 => Some(format!("{lines} lines")),
            Some(2) if done.text.contains("internal error") => Some("a panic".to_owned()),
            Some(2) => (done.processor > SECONDS).then(|| "too long".to_owned()),
            code => Some(format!("ends with {code:?}")),
        }?;
        let Done { processor, text, .. } = done;
        let text: String = text.chars().take(500).collect();
        Some(format!("{} {args}: {what} ({processor:.1} s): {text}", self.name))
    }
}

/// Runs all of them, and fails with all that went wrong. What is said on converting to Parquet must be what the page says.
#[track_caller]
pub(crate) fn check(attacks: Vec<Attack>) {
    let (mut faults, said) = (Vec::new(), table::said());
    for attack in &attacks {
        let folder = Folder::new(attack, &quiet());
        let done = attack.convert(&folder);
        faults.extend(attack.fault(&done, "out.parquet"));
        let (says, known) = (table::escaped(&done.says()), said.get(&attack.name));
        if known != Some(&says) {
            faults.push(format!("{}: says `{says}`, not {known:?}", attack.name));
        }
        for args in OTHERS {
            faults.extend(attack.fault(&folder.run(&[args, &["-f"]]), &args.join(" ")));
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

/// Waits until no allocations are counted.
fn quiet() -> RwLockReadGuard<'static, ()> {
    COUNTING.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Bytes that were allocated at most while `bytes` were decoded, printed and dropped.
pub(crate) fn decoding_takes(bytes: &[u8]) -> usize {
    let _counting = COUNTING.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    if let Ok(pickle) = Pickle::parse(bytes) {
        std::hint::black_box(pickle.root().to_string());
    }
    ALLOCATOR.peak_usage().saturating_sub(before)
}

#[test]
fn decoding_takes_at_most_128_bytes_for_each_byte_and_16_mib() {
    let mut faults = Vec::new();
    for attack in crate::table::all() {
        let bytes = attack.bytes();
        let (takes, most) = (decoding_takes(&bytes), bytes.len() * MEMORY + MORE_MEMORY);
        if takes > most {
            faults.push(format!("{}: {takes} bytes for {}", attack.name, bytes.len()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
