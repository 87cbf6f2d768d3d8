//! Lines for the person who waits.

use std::io::{Write, stderr, stdout};

/// Prints one line on standard output.
pub fn say(line: &str) {
    // A reader that has gone away (`… | head`) is no reason to fail the work itself.
    let _ = writeln!(stdout(), "{line}");
}

/// Prints one line on standard error.
pub fn complain(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}
