//! A bar on the terminal, once it takes more than a second.

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::messages::Messages;

/// Counts rows; shows nothing until a second has gone, or at all where standard error is no terminal.
pub(crate) struct Progress {
    shown: bool,
    start: Instant,
    name: String,
    rows: u64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// For a table of so many rows, written to `name`.
    pub(crate) fn new(name: &str, rows: u64, messages: Messages<'_>, start: Instant) -> Progress {
        let shown = !messages.is_quiet() && !messages.is_kept() && std::io::stderr().is_terminal();
        Progress { shown, start, name: name.to_owned(), rows, bar: OnceLock::new() }
    }

    /// So many rows are written by now.
    pub(crate) fn at(&self, rows: u64) {
        if !self.shown || self.start.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let template = "{msg} {wide_bar} {human_pos} of {human_len} rows, {eta} left";
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(self.rows).with_style(style).with_message(self.name.clone())
        });
        bar.set_position(rows);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
