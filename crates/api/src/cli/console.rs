use std::io::{self, BufRead, IsTerminal, Write};

use super::Failure;

/// Standard output may be a pipe that its reader has closed. That is a failure to report, not a panic.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Failure::because(format!("cannot write to standard output: {error}")))
}

/// Another program may have stored any text, including escape sequences for a terminal.
pub(super) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() { printable.extend(character.escape_default()) } else { printable.push(character) }
    }
    printable
}

/// Asks for confirmation at a terminal. Elsewhere the command needs `--yes`.
pub(super) fn confirm(question: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage("this cannot be undone: say --yes, since nobody can be asked".to_owned()));
    }
    let mut answer = String::new();
    let asked = write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stdin().lock().read_line(&mut answer));
    asked.map_err(|error| Failure::because(format!("cannot ask: {error}")))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Failure::because("nothing was done")) }
}
