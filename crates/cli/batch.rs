//! Many inputs into a folder: small ones several at a time, large ones one by one with all threads.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use unpickle::arrow::with_threads;

use crate::convert::{Converter, Fate};
use crate::messages::Messages;
use crate::output::Inputs;

/// Files up to this are small: one thread has done with them before others could help, and as many as there are
/// threads fit into memory at once.
const SMALL: u64 = 1 << 20;

/// Converts `inputs`, each into `dir`. Messages come in the order of the inputs, whatever the threads.
pub(crate) fn convert(
    converter: &Converter<'_>,
    inputs: &[PathBuf],
    dir: &Path,
    files: &Inputs,
) -> Vec<Fate> {
    let threads = converter.args.threads();
    let alike = inputs.chunk_by(|a, b| is_small(a) == is_small(b));
    let fates = alike.map(|inputs| match inputs {
        [first, _, ..] if threads > 1 && is_small(first) => together(converter, inputs, dir, files, threads),
        _ => inputs.iter().map(|input| converter.folder(input, dir, files)).collect(),
    });
    fates.collect::<Vec<_>>().concat()
}

fn is_small(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() <= SMALL)
}

/// Converts each of `inputs` by one thread.
fn together(
    converter: &Converter<'_>,
    inputs: &[PathBuf],
    dir: &Path,
    files: &Inputs,
    threads: usize,
) -> Vec<Fate> {
    let Converter { args, format, .. } = *converter;
    let one = |input: &Path| {
        let told = RefCell::new(Vec::new());
        let messages = Messages::new(args.quiet).kept_in(&told);
        // Read, not mapped: a small one that is cut short meanwhile is then no more than an error of its own.
        let converter = Converter { args, messages, format, map: false };
        let fate = with_threads(1, || converter.folder(input, dir, files));
        (fate, told.into_inner())
    };
    let next = AtomicUsize::new(0);
    let take = || {
        let turn = next.fetch_add(1, Ordering::Relaxed);
        inputs.get(turn).map(|input| (turn, one(input)))
    };
    let mut fates = Vec::with_capacity(inputs.len());
    thread::scope(|scope| {
        let (send, done) = mpsc::channel();
        for _ in 0..threads.min(inputs.len()) {
            let (send, take) = (send.clone(), &take);
            let help = move || while take().is_some_and(|done| send.send(done).is_ok()) {};
            if thread::Builder::new().spawn_scoped(scope, help).is_err() {
                break;
            }
        }
        drop(send);
        let mut waiting = BTreeMap::new();
        for (turn, fared) in done {
            waiting.insert(turn, fared);
            while let Some((fate, told)) = waiting.remove(&fates.len()) {
                converter.messages.tell(&told);
                fates.push(fate);
            }
        }
    });
    // Where no thread could be had, all are left.
    let left = inputs.iter().skip(fates.len());
    fates.extend(left.map(|input| converter.folder(input, dir, files)));
    fates
}
