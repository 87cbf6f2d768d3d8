//! What the person who waits sees.

use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::Result;

/// Prints one line on standard output.
pub fn say(line: &str) {
    // A reader that has gone away (`… | head`) is no reason to fail the work itself.
    let _ = writeln!(stdout(), "{line}");
}

/// The exit code of a program; an error is printed on one line.
pub fn exit_code(result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
