//! The globals that a tree has not shown, and those of a pickle that is broken.

use std::collections::HashSet;
use std::io::{self, Write};

use unpickle::{Class, Error, Ops, Pickle, Shared, View};

use crate::messages::{clean, count};

/// Most globals that are listed behind a tree.
const LISTED: usize = 50;

/// Globals, by the names that the pickle gives them.
#[derive(Debug, Default)]
pub(crate) struct Imports<'p>(HashSet<(&'p str, &'p str)>);

impl<'p> Imports<'p> {
    /// Counts it; whether it is new.
    pub(crate) fn add(&mut self, class: Class<'p>) -> bool {
        self.0.insert((class.raw_module(), class.raw_name()))
    }

    /// Lists what the pickle names `besides`, or whatever word fits. A tree is cut, shows a frame or an array in one line,
    /// and has no branch for what was made and dropped again; a call that is hidden there is one all the same.
    pub(crate) fn write_others<B: AsRef<[u8]>>(
        mut self,
        heading: &str,
        pickle: &'p Pickle<B>,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let mut others = 0_usize;
        for value in pickle.objects() {
            let View::Class(class) = value.view() else { continue };
            if !self.add(class) {
                continue;
            }
            others += 1;
            if others == 1 {
                writeln!(out, "named {heading}:")?;
            }
            if others <= LISTED {
                let name = format!("{}.{}", class.module(), class.name());
                writeln!(out, "  {} at byte {}", clean(&name), value.offset())?;
            }
        }
        if others > LISTED {
            let more = count((others - LISTED) as u64);
            writeln!(out, "  … {more} more; --globals lists all")?;
        }
        Ok(())
    }
}

/// What a broken pickle holds before the byte that breaks it: by then Python has imported and called all of that.
pub(crate) fn before(input: &Shared, error: &Error) -> Option<Pickle<Vec<u8>>> {
    let (offset, mut end) = (error.offset().filter(|_| input.archive().is_none())?, 0);
    let mut ops = Ops::new(input.as_ref());
    while let Some(Ok((at, _))) = ops.next() {
        if at >= offset {
            break;
        }
        end = usize::try_from(ops.offset()).ok()?;
    }
    // Ended where it breaks, it is a pickle; the value does not matter.
    let opcodes = input.as_ref().get(..end)?;
    Pickle::parse([opcodes, b"N."].concat()).ok()
}

#[cfg(test)]
mod tests {
    use unpickle::{File, Input, Options};

    use super::*;
    use crate::tree::tree;

    fn text(bytes: &[u8]) -> String {
        let pickle = Pickle::parse(bytes).unwrap();
        let (mut out, mut shown) = (Vec::new(), Imports::default());
        tree(pickle.root(), &mut shown, &mut out).unwrap();
        shown.write_others("besides", &pickle, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_the_tree_shows_is_not_listed_again() {
        assert_eq!(text(b"cposix\nsystem\n(S'id'\ntR."), "posix.system at byte 0\n  argument 0: 'id'\n");
        assert_eq!(text(b"cposix\nsystem\n."), "<posix.system> at byte 0\n");
        assert_eq!(text(b"]."), "list of 0\n");
    }

    #[test]
    fn what_was_dropped_is_listed_once() {
        let call = &b"cposix\nsystem\n(S'id'\ntR0"[..];
        assert_eq!(text(&[call, call, b"K\x07."].concat()), "7\nnamed besides:\n  posix.system at byte 0\n");
    }

    #[test]
    fn the_list_is_cut_with_a_word() {
        let mut bytes = Vec::new();
        (0..60).for_each(|i| bytes.extend(format!("cm\nf{i}\n0").bytes()));
        bytes.extend(b"N.");
        let text = text(&bytes);
        assert!(text.ends_with("  m.f49 at byte 382\n  … 10 more; --globals lists all\n"), "{text}");
    }

    #[test]
    fn a_broken_pickle_has_what_stands_before_the_break() {
        let cases: [(&[u8], &[&str]); 4] = [
            (b"cm\nf\n)R\xffcm\ng\n.", &["m.f"]),    // no opcode
            (b"cm\nf\n(cm\ng\ns.", &["m.f", "m.g"]), // nothing to set
            (b"cm\nf\ncm\ng", &["m.f"]),             // cut
            (b"cm\nf\n(.", &["m.f"]),                // no value
        ];
        for (bytes, names) in cases {
            let input = Shared::new(Input::from_bytes([b"\x80\x02", bytes].concat()));
            let error = File::from_input(input.clone(), &Options::new()).unwrap_err();
            let pickle = before(&input, &error).unwrap();
            let found: Vec<String> =
                pickle.objects().filter_map(|value| Some(value.as_class()?.to_string())).collect();
            assert_eq!(found, names);
        }
    }
}
