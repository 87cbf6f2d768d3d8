//! Schemathesis, which makes requests from the OpenAPI document and compares the answers with it.

use anyhow::{Result, bail};

use super::service::Service;
use crate::setup;
use crate::{process, workspace};

/// So that every run sends the same requests.
const SEED: &str = "1";

/// The most requests for one operation that each phase makes up.
const MAX_EXAMPLES: &str = "150";

/// The operations of administrators, which a user may only be refused.
const ADMINISTRATION: &str = "^/api/v1/(users|roles|audit|service-accounts)(/|$)";

/// Runs all its checks, those of administration with the rights for it, and returns what it counted.
pub(super) fn run(service: &Service) -> Result<String> {
    let of_user = check(service, &service.register("schemathesis@example.org")?, "--exclude-path-regex")?;
    let of_administrator = check(service, &service.key_of_administrator()?, "--include-path-regex")?;
    Ok(format!("{of_user}; administration: {of_administrator}"))
}

/// Runs all checks of operations within or without administration.
fn check(service: &Service, token: &str, selection: &str) -> Result<String> {
    let mut schemathesis = setup::prepare_schemathesis()?;
    schemathesis.current_dir(service.workplace()).env("ORE_CONTRACT_TOKEN", token);
    schemathesis.arg("--config-file").arg(workspace::root().join("xtask/contract/schemathesis.toml"));
    schemathesis.args([
        "run",
        selection,
        ADMINISTRATION,
        "--checks",
        "all",
        "--seed",
        SEED,
        "--max-examples",
        MAX_EXAMPLES,
    ]);
    schemathesis.args(["--generation-database", "none", "--no-color", "--url", &service.url()]);
    let mut lines = Vec::new();
    let result = process::run_seeing_lines(schemathesis.arg(service.document()), |line| lines.push(line.to_owned()));
    match (result, test_cases(&lines)) {
        (Ok(()), Some(counts)) => Ok(counts),
        (Err(_), Some(counts)) => bail!(counts),
        (Err(error), None) => Err(error),
        (Ok(()), None) => bail!("Schemathesis did not say how many test cases it ran"),
    }
}

/// The line below `Test cases:`, such as `147 generated, 147 passed`.
fn test_cases(lines: &[String]) -> Option<String> {
    let heading = lines.iter().position(|line| line == "Test cases:")?;
    Some(format!("test cases: {}", lines.get(heading + 1)?.trim()))
}

#[cfg(test)]
mod tests {
    use super::test_cases;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn the_number_of_test_cases_is_the_line_below_its_heading() {
        let summary = "Test Phases:\n  ✅ Fuzzing\n\nTest cases:\n  147 generated, 145 passed, 2 skipped\n\nSeed: 1";
        assert_eq!(test_cases(&lines(summary)).as_deref(), Some("test cases: 147 generated, 145 passed, 2 skipped"));
    }

    #[test]
    fn a_report_without_the_number_has_none() {
        assert_eq!(test_cases(&lines("Test cases:")), None);
        assert_eq!(test_cases(&lines("No test cases were generated")), None);
    }
}
