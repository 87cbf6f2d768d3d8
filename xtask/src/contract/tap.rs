//! Results in TAP, the Test Anything Protocol, as `node:test` writes them.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::process;
use crate::setup::NodeTools;

/// What `node:test` counts apart from the tests that passed or failed, and does not fail for: those marked `skip` or
/// `todo`, the latter whether or not they pass.
const LEFT_OUT: [&str; 2] = ["skipped", "todo"];

/// The names and values of environment variables.
type Variables = [(&'static str, OsString)];

/// Runs a script of tests, which prints for people and writes `report` in TAP, and returns how many of its tests
/// passed, such as `7 tests`.
pub(super) fn run(tools: &NodeTools, script: &str, report: &Path, variables: &Variables) -> Result<String> {
    if report.exists() {
        fs::remove_file(report).with_context(|| format!("cannot remove {}", report.display()))?;
    }
    let mut node = tools.node();
    node.args(["--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=tap").arg(format!("--test-reporter-destination={}", report.display()));
    let result = process::run(node.arg(script).envs(variables.iter().cloned()));
    outcome(result, &fs::read_to_string(report).unwrap_or_default())
}

fn outcome(result: Result<()>, report: &str) -> Result<String> {
    let (passed, failed) = (count(report, "pass"), count(report, "fail"));
    if let (Some(passed), Some(failed @ 1..)) = (passed, failed) {
        bail!("{failed} of {} tests failed", passed + failed);
    }
    result?;
    let passed = passed.context("the script did not write how many tests passed")?;
    for kind in LEFT_OUT {
        let left_out = count(report, kind).with_context(|| format!("the script did not write how many are {kind}"))?;
        ensure!(left_out == 0, "left out, in the words of node:test: {left_out} {kind}");
    }
    ensure!(passed > 0, "the script has no test");
    Ok(if passed == 1 { "1 test".to_owned() } else { format!("{passed} tests") })
}

/// Of a line `# pass 7`: 7.
fn count(report: &str, kind: &str) -> Option<u32> {
    report.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(kind)?.strip_prefix(' ')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn error(result: Result<()>, report: &str) -> String {
        outcome(result, report).unwrap_err().to_string()
    }

    #[test]
    fn the_tests_that_passed_are_counted() {
        let report = |passed: u32| format!("ok 1 - registers\n# pass {passed}\n# fail 0\n# skipped 0\n# todo 0\n");
        assert_eq!(outcome(Ok(()), &report(1)).unwrap(), "1 test");
        assert_eq!(outcome(Ok(()), &report(7)).unwrap(), "7 tests");
    }

    #[test]
    fn a_script_that_leaves_out_a_test_fails() {
        let skipped = "# pass 6\n# fail 0\n# cancelled 0\n# skipped 1\n# todo 0\n";
        assert_eq!(error(Ok(()), skipped), "left out, in the words of node:test: 1 skipped");
        let todo = "# pass 6\n# fail 0\n# cancelled 0\n# skipped 0\n# todo 2\n";
        assert_eq!(error(Ok(()), todo), "left out, in the words of node:test: 2 todo");
        assert_eq!(error(Ok(()), "# pass 6\n# fail 0\n"), "the script did not write how many are skipped");
    }

    #[test]
    fn the_tests_that_failed_are_counted() {
        assert_eq!(error(Err(anyhow!("exit status: 1")), "# pass 10\n# fail 2\n"), "2 of 12 tests failed");
        assert_eq!(error(Ok(()), "# pass 10\n# fail 2\n"), "2 of 12 tests failed");
    }

    #[test]
    fn a_script_without_tests_fails() {
        assert_eq!(error(Ok(()), "# pass 0\n# fail 0\n# skipped 0\n# todo 0\n"), "the script has no test");
        assert_eq!(error(Ok(()), ""), "the script did not write how many tests passed");
    }

    #[test]
    fn a_script_that_breaks_down_fails_whatever_it_counted() {
        assert_eq!(error(Err(anyhow!("exit status: 1")), "# pass 1\n# fail 0\n"), "exit status: 1");
    }
}
