use std::process::ExitCode;

use anyhow::Result;

use crate::say;

/// What a program ends with; an error is told on one line.
pub fn exit_code(result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
