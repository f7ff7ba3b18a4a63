//! All that is said to the user on standard error, and the form of it.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::io::Write;
use std::path::Path;

/// Where messages go, and how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Messages<'m> {
    quiet: bool,
    /// Where they wait for their turn; else they go to standard error.
    kept: Option<&'m RefCell<Vec<String>>>,
}

impl<'m> Messages<'m> {
    /// To standard error; with `quiet`, errors only.
    pub(crate) fn new(quiet: bool) -> Messages<'m> {
        Messages { quiet, kept: None }
    }

    /// The same, kept in `kept` until [`Messages::tell`] tells them.
    pub(crate) fn kept_in(self, kept: &RefCell<Vec<String>>) -> Messages<'_> {
        Messages { quiet: self.quiet, kept: Some(kept) }
    }

    /// Tells what was kept.
    pub(crate) fn tell(self, lines: &[String]) {
        lines.iter().for_each(|line| self.say(line));
    }

    /// Whether only errors are told.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// Whether they are kept for later.
    pub(crate) fn is_kept(self) -> bool {
        self.kept.is_some()
    }

    /// `pkl2parquet: FILE: what is wrong`, on one line.
    pub(crate) fn error(self, file: Option<&Path>, error: impl fmt::Display) {
        match file {
            Some(file) => self.say(&format!("pkl2parquet: {}: {error}", file.display())),
            None => self.say(&format!("pkl2parquet: {error}")),
        }
    }

    /// `FILE: note: what was mapped, or left out`.
    pub(crate) fn note(self, file: &Path, note: impl fmt::Display) {
        if !self.quiet {
            self.say(&format!("{}: note: {note}", file.display()));
        }
    }

    /// The line that says what was done.
    pub(crate) fn done(self, line: impl fmt::Display) {
        if !self.quiet {
            self.say(&line.to_string());
        }
    }

    /// A line. That it cannot be written is no reason to fail.
    fn say(self, line: &str) {
        match self.kept {
            Some(kept) => kept.borrow_mut().push(line.to_owned()),
            None => _ = writeln!(std::io::stderr(), "{}", clean(line)),
        }
    }
}

/// Text from a file or a file's name, with control characters escaped: it must neither break the line nor reach the
/// terminal.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let bad =
        |char: char| char.is_control() || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}');
    if !text.contains(bad) {
        return text.into();
    }
    let escape = |char: char| if bad(char) { char.escape_default().to_string() } else { char.to_string() };
    text.chars().map(escape).collect::<String>().into()
}

/// A number with commas: 10,000,000.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// "1 row", "2 rows".
pub(crate) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A size in decimal units: 41 MB.
pub(crate) fn bytes(number: u64) -> String {
    let (mut value, mut unit) = (number as f64, "B");
    for larger in ["kB", "MB", "GB", "TB"] {
        // 999.6 would print as 1000.
        if value < 999.5 {
            break;
        }
        (value, unit) = (value / 1000.0, larger);
    }
    let digits = usize::from(value < 9.95 && unit != "B");
    format!("{value:.digits$} {unit}")
}

/// A time: 3 ms, 1.9 s, 2 min 5 s.
pub(crate) fn time(time: std::time::Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        _ if seconds < 0.9995 => format!("{:.0} ms", seconds * 1e3),
        _ if seconds < 99.95 => format!("{seconds:.1} s"),
        _ => format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(count(10_000_000), "10,000,000");
        assert_eq!(count(999), "999");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1000, "row"), "1,000 rows");
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234), "1.2 kB");
        assert_eq!(bytes(41_000_000), "41 MB");
        assert_eq!(bytes(999_700_000), "1.0 GB");
        assert_eq!(bytes(u64::MAX), "18446744 TB");
        assert_eq!(time(Duration::from_micros(1_900_000)), "1.9 s");
        assert_eq!(time(Duration::from_millis(3)), "3 ms");
        assert_eq!(time(Duration::from_secs(125)), "2 min 5 s");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(clean("naïve"), "naïve");
    }
}
