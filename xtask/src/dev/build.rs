//! One run of cargo.

use std::io::{IsTerminal, stdout};
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::cargo;

const PROGRAM: &str = "workflow-server";

/// What came of it.
pub(super) enum Build {
    /// Where the program is.
    Program(PathBuf),
    /// The first error, as the compiler shows it; or cargo's own, which it has printed.
    Failed { first_error: String },
}

/// The parts of cargo's messages that are read here.
#[derive(Deserialize)]
struct Message {
    #[serde(rename = "message")]
    diagnostic: Option<Diagnostic>,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
}

impl Build {
    /// Builds the program as `cargo run` does, so that neither builds what the other has built.
    ///
    /// # Errors
    /// When cargo cannot be run.
    pub(super) fn run() -> Result<Self> {
        let format = if stdout().is_terminal() { "json-diagnostic-rendered-ansi" } else { "json" };
        let mut build = cargo(["build", "--bin", PROGRAM, "--message-format", format]);
        let output = build.stderr(Stdio::inherit()).output().context("cannot start `cargo build`")?;
        let messages = String::from_utf8_lossy(&output.stdout);
        let program = executable(&messages).filter(|_| output.status.success());
        Ok(program.map_or_else(|| Self::Failed { first_error: first_error(&messages) }, Self::Program))
    }
}

fn parsed(messages: &str) -> impl Iterator<Item = Message> {
    messages.lines().filter_map(|line| serde_json::from_str(line).ok())
}

fn executable(messages: &str) -> Option<PathBuf> {
    let mut of_program = parsed(messages).filter(|it| it.target.as_ref().is_some_and(|it| it.name == PROGRAM));
    of_program.find_map(|message| message.executable)
}

fn first_error(messages: &str) -> String {
    let mut diagnostics = parsed(messages).filter_map(|message| message.diagnostic);
    let first = diagnostics.find(|it| it.level.starts_with("error")).and_then(|it| it.rendered);
    first.unwrap_or_else(|| "cargo failed; its last lines say why".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_error_is_shown_and_no_warning() {
        let messages = r#"{"message":{"level":"warning","rendered":"a warning"}}
            {"message":{"level":"error","rendered":"the first"}}
            {"message":{"level":"error","rendered":"the second"}}"#;
        assert_eq!(first_error(messages), "the first");
    }

    #[test]
    fn cargo_s_own_failures_are_told_too() {
        assert_eq!(
            first_error(r#"{"reason":"build-finished","success":false}"#),
            "cargo failed; its last lines say why"
        );
    }

    #[test]
    fn the_program_is_where_cargo_says() {
        let messages = r#"{"target":{"name":"ore_api"},"executable":null}
            {"target":{"name":"workflow-server"},"executable":"/there"}"#;
        assert_eq!(executable(messages), Some(PathBuf::from("/there")));
    }
}
