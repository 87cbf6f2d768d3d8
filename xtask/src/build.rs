//! Programs of the workspace.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{self, cargo};

/// A message of cargo, of which only those about programs have this field.
#[derive(Deserialize)]
struct BuildMessage {
    executable: Option<PathBuf>,
}

/// Builds one program with `cargo build` and these further arguments, and returns its path.
///
/// # Errors
/// When the build fails.
pub(crate) fn program(arguments: &[&str]) -> Result<PathBuf> {
    let mut build = cargo(["build", "--locked", "--message-format", "json-render-diagnostics"]);
    let messages = process::output(build.args(arguments))?;
    executable(&messages).with_context(|| format!("cargo did not say where it put {}", arguments.join(" ")))
}

fn executable(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<BuildMessage>(line).ok());
    messages.filter_map(|message| message.executable).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_where_cargo_says() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"ore_api"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","executable":"/elsewhere/debug/workflow-server"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
            "\n"
        );
        assert_eq!(executable(messages), Some(PathBuf::from("/elsewhere/debug/workflow-server")));
        assert_eq!(executable(r#"{"reason":"build-finished","success":true}"#), None);
    }
}
