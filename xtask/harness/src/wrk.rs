//! `wrk`, a generator of closed-loop load: each connection waits for its answer before it asks again.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use crate::{Guard, Process};

/// How long a run may take beyond its time.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// The plan of a `wrk` run.
#[derive(Debug, Clone)]
pub struct WrkPlan {
    /// The program.
    pub program: PathBuf,
    /// The URL; a script may use another path.
    pub url: String,
    /// Threads of `wrk`.
    pub threads: usize,
    /// Connections of all threads together, at least as many as threads.
    pub connections: usize,
    /// How long, in whole seconds.
    pub time: Duration,
    /// Headers, as `Name: value`.
    pub headers: Vec<String>,
    /// A Lua script that makes the requests.
    pub script: Option<PathBuf>,
}

impl WrkPlan {
    /// Starts it; what it prints goes to `output`.
    pub fn start(&self, guard: &Guard, output: PathBuf) -> Result<Wrk> {
        let mut wrk = Command::new(&self.program);
        let (threads, connections) = (self.threads.to_string(), self.connections.to_string());
        wrk.args(["--threads", &threads, "--connections", &connections, "--latency", "--timeout", "10s"]);
        wrk.args(["--duration", &format!("{}s", self.time.as_secs())]);
        for header in &self.headers {
            wrk.args(["--header", header]);
        }
        if let Some(script) = &self.script {
            wrk.arg("--script").arg(script);
        }
        wrk.arg(&self.url);
        let file = File::create(&output).with_context(|| format!("cannot write {}", output.display()))?;
        let process = Process::spawn(guard, wrk.stdout(file), Signal::KILL)?;
        Ok(Wrk { process, output, time: self.time })
    }
}

/// A `wrk` that runs.
pub struct Wrk {
    process: Process,
    output: PathBuf,
    time: Duration,
}

impl Wrk {
    /// Waits for its end.
    pub async fn finish(mut self) -> Result<WrkOutcome> {
        let status = self.process.wait(self.time + ANSWER_TIMEOUT).await?;
        ensure!(status.success(), "wrk ended with {status}");
        let text = fs::read_to_string(&self.output).context("cannot read what wrk prints")?;
        WrkOutcome::parse(&text).with_context(|| format!("cannot understand what wrk prints: {text}"))
    }
}

/// One run of `wrk --latency`.
#[derive(Debug, Clone, PartialEq)]
pub struct WrkOutcome {
    /// Answers, of any status.
    pub requests: usize,
    /// How long it ran.
    pub time: Duration,
    /// Without an answer, or with another status than 2xx or 3xx.
    pub failed: usize,
    /// The time that 99 of 100 answers stayed within.
    pub p99: Duration,
}

impl WrkOutcome {
    /// Reads what `wrk --latency` prints; `None` when it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        let lines = || text.lines().map(str::trim);
        let (requests, time) = lines().find_map(|line| {
            let (requests, rest) = line.split_once(" requests in ")?;
            Some((requests.parse().ok()?, duration(rest.split(',').next()?)?))
        })?;
        let p99 = lines().find_map(|line| duration(line.strip_prefix("99%")?.trim()))?;
        let refused = lines().find_map(|line| line.strip_prefix("Non-2xx or 3xx responses: ")?.parse().ok());
        let errors = lines().find_map(|line| line.strip_prefix("Socket errors: "));
        let errors = errors.map_or(0, |line| {
            line.split(' ').filter_map(|word| word.trim_end_matches(',').parse::<usize>().ok()).sum()
        });
        Some(Self { requests, time, failed: refused.unwrap_or(0) + errors, p99 })
    }

    /// Answers a second.
    pub fn rate(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a number of requests is far below 2^52")]
        let requests = self.requests as f64;
        requests / self.time.as_secs_f64().max(f64::MIN_POSITIVE)
    }
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
        let (time, p99) = (Duration::from_secs(5), Duration::from_micros(2500));
        let outcome = WrkOutcome::parse(OUTPUT).unwrap();
        assert_eq!(outcome, WrkOutcome { requests: 9000, time, failed: 0, p99 });
        assert!((outcome.rate() - 1800.0).abs() < 0.001);
    }

    #[test]
    fn failures_of_both_kinds_are_added() {
        let text =
            format!("{OUTPUT}  Socket errors: connect 1, read 2, write 0, timeout 3\n  Non-2xx or 3xx responses: 4\n");
        assert_eq!(WrkOutcome::parse(&text).unwrap().failed, 10);
    }

    #[test]
    fn durations_have_their_unit() {
        assert_eq!(duration("950.00us"), Some(Duration::from_micros(950)));
        assert_eq!(duration("1.02s"), Some(Duration::from_millis(1020)));
        assert_eq!(duration("12"), None);
    }
}
