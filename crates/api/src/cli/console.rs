use std::io::{self, Write};

use super::Failure;

/// Standard output may be a pipe that its reader has closed: that is a failure to tell, not a panic.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::because(format!("cannot write to standard output: {error}")))
}

/// Another program may have stored anything, also what a terminal obeys.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() { printable.extend(character.escape_default()) } else { printable.push(character) }
    }
    printable
}
