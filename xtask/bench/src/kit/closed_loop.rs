//! As many requests as are answered: each connection waits for its answer before it asks again.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{WrkOutcome, WrkPlan};

use crate::context::Context;
use crate::report::cores;

/// Connections where many requests are meant to be on their way.
const CONNECTIONS: usize = 64;

/// A load by `wrk`.
#[derive(Debug, Clone)]
pub(crate) struct ClosedLoop {
    server: SocketAddr,
    path: String,
    headers: Vec<String>,
    script: Option<PathBuf>,
    connections: usize,
}

impl ClosedLoop {
    /// GET without credentials.
    pub(crate) fn get(server: SocketAddr, path: impl Into<String>) -> Self {
        Self { server, path: path.into(), headers: Vec::new(), script: None, connections: CONNECTIONS }
    }

    /// With an access token.
    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { headers: vec![format!("Authorization: Bearer {token}")], ..self }
    }

    /// Requests that a Lua script makes.
    pub(crate) fn scripted(server: SocketAddr, script: PathBuf) -> Self {
        Self { script: Some(script), ..Self::get(server, "/") }
    }

    /// On this many connections.
    pub(crate) fn on_connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// Runs it.
    pub(crate) async fn run(&self, context: &Context, time: Duration) -> Result<WrkOutcome> {
        let plan = WrkPlan {
            program: context.tools().get("wrk")?.to_owned(),
            url: format!("http://{}{}", self.server, self.path),
            threads: cores().min(self.connections),
            connections: self.connections,
            time,
            headers: self.headers.clone(),
            script: self.script.clone(),
        };
        let outcome = plan.start(context.guard(), context.directory().join("wrk.txt"))?.finish().await?;
        ensure!(outcome.failed == 0, "{} of {} requests to {} failed", outcome.failed, outcome.requests, plan.url);
        Ok(outcome)
    }
}
