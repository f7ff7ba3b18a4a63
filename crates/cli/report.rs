//! What is said at the end of many inputs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::convert::Fate;
use crate::messages::{Messages, count, counted, time};
use crate::source::shown;

/// Most inputs that are named.
const NAMED: usize = 20;

/// How many of several inputs were written, and which were not: their errors stand far above.
pub(crate) fn report(
    inputs: &[PathBuf],
    fates: &[Fate],
    dir: &Path,
    elapsed: Duration,
    messages: Messages<'_>,
) {
    if inputs.len() < 2 {
        return;
    }
    let with = |fate: Fate| -> Vec<&Path> {
        let alike = inputs.iter().zip(fates).filter(|(_, other)| **other == fate);
        alike.map(|(input, _)| shown(input)).collect()
    };
    let whole = count(with(Fate::Whole).len() as u64);
    let all = counted(inputs.len() as u64, "input");
    messages.done(format_args!("{whole} of {all} written to {} in {}", dir.display(), time(elapsed)));
    for (fate, what) in [(Fate::Part, "written in part"), (Fate::None, "not written")] {
        if let Some(line) = named(what, &with(fate)) {
            messages.done(line);
        }
    }
}

/// "not written: a.pkl, b.pkl and 3 more".
fn named(what: &str, inputs: &[&Path]) -> Option<String> {
    let some: Vec<String> = inputs.iter().take(NAMED).map(|input| input.display().to_string()).collect();
    let more = match inputs.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {} more", count(more as u64)),
    };
    (!some.is_empty()).then(|| format!("{what}: {}{more}", some.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn told(fates: &[Fate]) -> Vec<String> {
        let inputs: Vec<PathBuf> = (0..fates.len()).map(|i| format!("{i}.pkl").into()).collect();
        let lines = RefCell::new(Vec::new());
        let messages = Messages::new(false).kept_in(&lines);
        report(&inputs, fates, Path::new("out"), Duration::from_millis(5), messages);
        lines.into_inner()
    }

    #[test]
    fn those_that_failed_are_named() {
        assert_eq!(told(&[Fate::Whole, Fate::Whole]), ["2 of 2 inputs written to out in 5 ms"]);
        assert_eq!(
            told(&[Fate::None, Fate::Whole, Fate::Part, Fate::None]),
            ["1 of 4 inputs written to out in 5 ms", "written in part: 2.pkl", "not written: 0.pkl, 3.pkl"]
        );
        assert!(told(&[Fate::None; 1023])[1].ends_with(", 18.pkl, 19.pkl and 1,003 more"));
        assert!(told(&[Fate::None]).is_empty());
    }
}
