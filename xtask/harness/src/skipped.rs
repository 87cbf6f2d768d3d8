//! What this machine lacks.

use std::path::Path;

use anyhow::Result;

/// Why something cannot be done on this machine.
#[derive(Debug)]
pub struct Skipped(
    /// As people read it.
    pub String,
);

impl std::fmt::Display for Skipped {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

/// The tool, where there is one.
///
/// # Errors
/// [`Skipped`] without it; `name` is what people call it.
pub fn required<'a>(tool: Option<&'a Path>, name: &str) -> Result<&'a Path> {
    tool.ok_or_else(|| Skipped(format!("{name} is missing")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_a_reason_to_skip() {
        assert!(required(None, "haproxy").unwrap_err().is::<Skipped>());
    }
}
