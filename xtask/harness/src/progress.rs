//! What the person who waits sees: a bar on a terminal, plain lines elsewhere.

use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};

/// A handle on the bar.
#[derive(Clone)]
pub struct Progress {
    /// Hidden unless there is a terminal.
    bar: ProgressBar,
}

impl Progress {
    /// For this many parts of a run.
    ///
    /// # Errors
    /// When the bar cannot be drawn as it is meant.
    pub fn start(parts: usize) -> Result<Self> {
        let bar = if stderr().is_terminal() { ProgressBar::new(parts as u64) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} [{elapsed_precise}] [{bar:30}] {pos}/{len} {wide_msg}")?;
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Ok(Self { bar })
    }

    /// Prints a line that stays.
    pub fn line(&self, line: &str) {
        self.bar.suspend(|| say(line));
    }

    /// Shows what is being done.
    pub fn step(&self, message: &str) {
        self.bar.set_message(message.to_owned());
    }

    /// One part more is over.
    pub fn advance(&self) {
        self.bar.inc(1);
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// Prints one line on standard output.
pub fn say(line: &str) {
    // A reader that has gone away (`… | head`) is no reason to fail the work itself.
    let _ = writeln!(stdout(), "{line}");
}
