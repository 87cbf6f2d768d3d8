//! Spectral, which lints OpenAPI documents.

use anyhow::{Result, bail};

use super::service::Service;
use crate::process;
use crate::setup::NodeTools;

/// Lints the document by `xtask/contract/.spectral.yaml`, and returns what Spectral says in the end.
pub(super) fn run(service: &Service) -> Result<String> {
    let mut spectral = NodeTools::prepare()?.program("spectral");
    spectral.args(["lint", "--fail-severity", "warn", "--ruleset", ".spectral.yaml"]);
    let mut verdict = None;
    let result = process::run_seeing_lines(spectral.arg(service.document()), |line| {
        if is_verdict(line) {
            verdict = Some(line.to_owned());
        }
    });
    match (result, verdict) {
        (Ok(()), Some(verdict)) => Ok(verdict),
        (Err(_), Some(verdict)) => bail!(verdict),
        (Err(error), None) => Err(error),
        (Ok(()), None) => bail!("Spectral did not say what it found"),
    }
}

/// Whether a line counts the problems, or says that there are none.
fn is_verdict(line: &str) -> bool {
    line.starts_with("✖ ") || line.starts_with("No results ")
}

#[cfg(test)]
mod tests {
    use super::is_verdict;

    #[test]
    fn the_line_that_counts_problems_is_told_from_those_that_name_them() {
        assert!(is_verdict("✖ 16 problems (0 errors, 16 warnings, 0 infos, 0 hints)"));
        assert!(is_verdict("No results with a severity of 'warn' or higher found!"));
        assert!(!is_verdict("  3:10   warning  info-contact  Info object must have \"contact\" object."));
        assert!(!is_verdict(""));
    }
}
