//! Requests from a process of their own, `wrk`, which a flood from this one does not slow down.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use crate::context::Context;
use crate::kit::{Process, Service};

/// What a probe has seen.
#[derive(Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) requests: usize,
    /// Without an answer, or with another status than 2xx or 3xx.
    pub(super) failed: usize,
    pub(super) p99: Duration,
}

/// A probe that runs.
pub(super) struct Probe {
    process: Process,
    output: PathBuf,
    time: Duration,
}

impl Probe {
    /// Sends requests one after another on two connections, for some time.
    ///
    /// # Errors
    /// When `wrk` is missing.
    pub(super) fn start(context: &Context, service: &Service, path: &str, token: &str, time: Duration) -> Result<Self> {
        let output = context.directory().join(format!("wrk{}", path.replace('/', "-")));
        let mut wrk = Command::new(context.tools().wrk()?);
        wrk.args(["--threads", "1", "--connections", "2", "--latency", "--timeout", "10s"]);
        wrk.args([
            "--duration",
            &format!("{}s", time.as_secs()),
            "--header",
            &format!("Authorization: Bearer {token}"),
        ]);
        wrk.arg(format!("http://{}{path}", service.address()));
        wrk.stdout(File::create(&output)?);
        let process = Process::spawn(context.guard(), &mut wrk, Signal::KILL)?;
        Ok(Self { process, output, time })
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// When it fails or says nothing.
    pub(super) async fn finish(mut self) -> Result<Sample> {
        let status = self.process.wait(self.time + Duration::from_secs(30)).await?;
        ensure!(status.success(), "wrk ended with {status}");
        let text = fs::read_to_string(&self.output).context("cannot read what wrk prints")?;
        sample(&text).with_context(|| format!("cannot understand what wrk prints: {text}"))
    }
}

fn sample(text: &str) -> Option<Sample> {
    let lines = || text.lines().map(str::trim);
    let requests = lines().find_map(|line| line.split_once(" requests in ")?.0.parse().ok())?;
    let p99 = lines().find_map(|line| duration(line.strip_prefix("99%")?.trim()))?;
    let refused = lines().find_map(|line| line.strip_prefix("Non-2xx or 3xx responses: ")?.parse().ok());
    let errors = lines().find_map(|line| line.strip_prefix("Socket errors: "));
    let errors = errors
        .map_or(0, |line| line.split(' ').filter_map(|word| word.trim_end_matches(',').parse::<usize>().ok()).sum());
    Some(Sample { requests, failed: refused.unwrap_or(0) + errors, p99 })
}

/// As `wrk` writes it: `950.00us`, `1.20ms`, `2.00s`.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|it: char| it.is_ascii_alphabetic())?;
    let seconds = match &text[unit..] {
        "us" => 0.000_001,
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(text[..unit].parse::<f64>().ok()? * seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "Running 5s test @ http://127.0.0.1:8000/health\n  1 threads and 2 connections\n  \
        Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     1.12ms  500.00us  20.00ms   90.00%\n    \
        Req/Sec     1.80k   100.00     2.00k    80.00%\n  Latency Distribution\n     50%    0.90ms\n     \
        75%    1.20ms\n     90%    1.50ms\n     99%    2.50ms\n  9000 requests in 5.00s, 5.00MB read\n";

    #[test]
    fn the_p99_and_the_number_of_requests_are_read() {
        let expected = Sample { requests: 9000, failed: 0, p99: Duration::from_micros(2500) };
        assert_eq!(sample(OUTPUT), Some(expected));
    }

    #[test]
    fn failures_of_both_kinds_are_added() {
        let text =
            format!("{OUTPUT}  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 4\n");
        assert_eq!(sample(&text).unwrap().failed, 10);
    }

    #[test]
    fn durations_have_their_unit() {
        assert_eq!(duration("950.00us"), Some(Duration::from_micros(950)));
        assert_eq!(duration("1.02s"), Some(Duration::from_millis(1020)));
        assert_eq!(duration("12"), None);
    }
}
