//! Requests from a process of their own, `wrk`, which a flood from this one does not slow down.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Process, WrkOutcome};
use rustix::process::Signal;

use crate::context::Context;
use crate::kit::Service;

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
    pub(super) async fn finish(mut self) -> Result<WrkOutcome> {
        let status = self.process.wait(self.time + Duration::from_secs(30)).await?;
        ensure!(status.success(), "wrk ended with {status}");
        let text = fs::read_to_string(&self.output).context("cannot read what wrk prints")?;
        WrkOutcome::parse(&text).with_context(|| format!("cannot understand what wrk prints: {text}"))
    }
}
