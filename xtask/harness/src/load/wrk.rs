//! Closed-loop load by `wrk`: each connection waits for its answer before it asks again.

use std::io::Write;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use tempfile::NamedTempFile;

use crate::{Lab, cores, run_beside};

/// Connections where many requests are meant to be on their way.
const CONNECTIONS: usize = 64;

/// Prints the figures as JSON, on the last line.
const DONE: &str = include_str!("done.lua");

/// What `wrk` is to do.
#[derive(Debug, Clone)]
pub struct ClosedLoop {
    server: SocketAddr,
    path: String,
    token: Option<String>,
    script: String,
    connections: usize,
}

impl ClosedLoop {
    /// GET without credentials.
    pub fn get(server: SocketAddr, path: impl Into<String>) -> Self {
        Self { server, path: path.into(), token: None, script: String::new(), connections: CONNECTIONS }
    }

    /// Requests that a Lua script makes.
    pub fn scripted(server: SocketAddr, script: String) -> Self {
        Self { script, ..Self::get(server, "/") }
    }

    /// With an access token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// On this many connections.
    #[must_use]
    pub fn on_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Runs it in a process of its own, for a time in whole seconds. Not one request may fail.
    pub async fn run(&self, lab: &Lab, time: Duration) -> Result<Rate> {
        let mut script = NamedTempFile::new_in(&lab.directory).context("cannot write a script for wrk")?;
        write!(script, "{}{DONE}", self.script).context("cannot write a script for wrk")?;
        let mut wrk = Command::new(lab.tools.get("wrk")?);
        wrk.args(["--threads", &cores().min(self.connections).to_string()]);
        wrk.args(["--connections", &self.connections.to_string(), "--timeout", "10s"]);
        wrk.args(["--duration", &format!("{}s", time.as_secs())]).arg("--script").arg(script.path());
        if let Some(token) = &self.token {
            wrk.args(["--header", &format!("Authorization: Bearer {token}")]);
        }
        let url = format!("http://{}{}", self.server, self.path);
        wrk.arg(&url);
        let text = run_beside(wrk).await?;
        let rate: Option<Rate> = text.lines().last().and_then(|line| serde_json::from_str(line).ok());
        let rate = rate.with_context(|| format!("cannot understand what wrk prints: {text}"))?;
        ensure!(rate.failed == 0, "{} of {} requests to {url} failed", rate.failed, rate.requests);
        Ok(rate)
    }
}

/// What such a load has measured.
#[derive(Debug, Clone, Deserialize)]
pub struct Rate {
    /// Answers.
    pub requests: u32,
    micros: u32,
    failed: usize,
    p99_micros: u32,
}

impl Rate {
    /// Answers a second.
    pub fn per_second(&self) -> f64 {
        f64::from(self.requests) * 1_000_000.0 / f64::from(self.micros.max(1))
    }

    /// The time that 99 of 100 answers stayed within.
    pub fn p99(&self) -> Duration {
        Duration::from_micros(self.p99_micros.into())
    }
}
