//! Lines for the person who runs a command.

use std::io::{Write, stderr, stdout};

/// Prints one line on standard output.
pub(crate) fn say(line: &str) {
    // A reader that has gone away (`cargo xtask … | head`) is no reason to fail the work itself.
    let _ = writeln!(stdout(), "{line}");
}

/// Prints one line on standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
