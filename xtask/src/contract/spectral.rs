//! Spectral, which lints OpenAPI documents.

use anyhow::{Result, bail};

use super::service::Service;
use crate::process;
use crate::setup::NodeTools;

/// What stands before the number of problems, and before that there are none.
const SIGNS: [&str; 2] = ["✖ ", "No results "];

/// Lints the document by `xtask/contract/.spectral.yaml`, and returns what Spectral says in the end.
///
/// # Errors
/// When Spectral cannot be had, or finds an error or a warning.
pub(super) fn run(service: &Service) -> Result<String> {
    let mut spectral = NodeTools::prepare()?.program("spectral");
    spectral.args(["lint", "--fail-severity", "warn", "--ruleset", ".spectral.yaml"]);
    let mut verdict = None;
    let result = process::run_seeing_lines(spectral.arg(service.document()), |line| {
        verdict = SIGNS.iter().any(|sign| line.starts_with(sign)).then(|| line.to_owned()).or(verdict.take());
    });
    match (result, verdict) {
        (Ok(()), Some(verdict)) => Ok(verdict),
        (Err(_), Some(verdict)) => bail!(verdict),
        (Err(error), None) => Err(error),
        (Ok(()), None) => bail!("Spectral did not say what it found"),
    }
}
