//! How many tests ran, read from what the test runners report.

use std::fmt;

/// The tests that ran, and those that were left out by `#[ignore]` as far as the runner reports them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TestCount {
    ran: u64,
    ignored: u64,
}

impl TestCount {
    pub(super) fn is_zero(&self) -> bool {
        self.ran == 0
    }

    /// Adds a line like `test result: ok. 3 passed; 0 failed; 1 ignored; …`; any other line adds nothing.
    pub(super) fn add_libtest_line(&mut self, line: &str) {
        let Some((_, figures)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) else {
            return;
        };
        for figure in figures.split("; ") {
            match figure.split_once(' ').map(|(number, word)| (number.parse::<u64>(), word)) {
                Some((Ok(number), "passed" | "failed")) => self.ran += number,
                Some((Ok(number), "ignored")) => self.ignored += number,
                _ => {}
            }
        }
    }

    /// Adds the `tests` attribute of a `JUnit` report's root element, `testsuites`.
    pub(super) fn add_junit_report(&mut self, report: &str) {
        let element = report.split_once("<testsuites ").and_then(|(_, rest)| rest.split_once('>'));
        let value = element.and_then(|(attributes, _)| attributes.split_once("tests=\"")?.1.split_once('"'));
        self.ran += value.and_then(|(number, _)| number.parse::<u64>().ok()).unwrap_or(0);
    }
}

impl fmt::Display for TestCount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} tests ran", self.ran)?;
        if self.ignored > 0 {
            write!(formatter, ", {} were ignored", self.ignored)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::TestCount;

    #[test]
    fn passed_and_failed_tests_of_every_binary_add_up() {
        let mut count = TestCount::default();
        for line in [
            "running 3 tests",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.00s",
            "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.25s",
        ] {
            count.add_libtest_line(line);
        }
        assert_eq!(count, TestCount { ran: 6, ignored: 1 });
        assert_eq!(count.to_string(), "6 tests ran, 1 were ignored");
    }

    #[test]
    fn a_test_whose_name_looks_like_a_result_adds_nothing() {
        let mut count = TestCount::default();
        count.add_libtest_line("test parsing::test result: ok. 3 passed ... ok");
        assert!(count.is_zero());
    }

    #[test]
    fn a_junit_report_is_counted_by_its_root_element() {
        let mut count = TestCount::default();
        count.add_junit_report(
            "<?xml version=\"1.0\"?>\n<testsuites name=\"nextest-run\" tests=\"14\" failures=\"1\">\n    \
             <testsuite name=\"ore-domain\" tests=\"9\">",
        );
        assert_eq!(count, TestCount { ran: 14, ignored: 0 });
        assert_eq!(count.to_string(), "14 tests ran");
    }
}
