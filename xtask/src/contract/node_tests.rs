//! Scripts of tests in `node:test`.

use std::ffi::OsString;

use anyhow::{Result, bail};

use crate::setup::NodeTools;
use crate::{matching, process};

/// What it counts at the end. It does not fail for tests that are marked `skip` or `todo`, the latter whether or not they pass.
const KINDS: [&str; 3] = ["pass", "skipped", "todo"];

/// How many there are of each kind.
#[derive(Debug, Default)]
struct Counts([Option<u32>; KINDS.len()]);

/// Runs a script, and returns how many of its tests passed, such as `7 tests`.
pub(super) fn run(tools: &NodeTools, script: &str, variables: &[(&'static str, OsString)]) -> Result<String> {
    let mut counts = Counts::default();
    let mut node = tools.node();
    node.args(["--test-reporter=spec", script]).envs(variables.iter().cloned()).env("NO_COLOR", "1");
    process::run_seeing_lines(&mut node, |line| counts.see(line))?;
    counts.outcome()
}

impl Counts {
    /// Such as `ℹ pass 7`.
    fn see(&mut self, line: &str) {
        for (kind, count) in KINDS.iter().zip(&mut self.0) {
            *count = matching::number(&format!(r"^\W*{kind} (\d+)$"), line).or(*count);
        }
    }

    fn outcome(&self) -> Result<String> {
        match self.0 {
            [Some(passed @ 1..), Some(0), Some(0)] => Ok(format!("{passed} tests")),
            counts => bail!("no test passed, or tests are left out ({KINDS:?}): {counts:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_tests_or_that_leaves_one_out_fails() {
        let outcome = |lines: &str| {
            let mut counts = Counts::default();
            lines.split(", ").for_each(|line| counts.see(line));
            counts.outcome().ok()
        };
        assert_eq!(outcome("✔ registers (1ms), ℹ pass 7, ℹ skipped 0, ℹ todo 0").as_deref(), Some("7 tests"));
        for faulty in ["ℹ pass 6, ℹ skipped 1, ℹ todo 0", "ℹ pass 6, ℹ skipped 0, ℹ todo 2", "ℹ pass 6", ""]
        {
            assert_eq!(outcome(faulty), None, "{faulty}");
        }
        assert_eq!(outcome("ℹ pass 0, ℹ skipped 0, ℹ todo 0"), None);
    }
}
