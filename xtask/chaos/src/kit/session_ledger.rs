//! What became of sessions, and whether it lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Answer, Client, Failure, Request};
use tokio::task::JoinSet;

use crate::context::Context;

/// Clients that check at once.
const CHECKERS: usize = 8;

/// How long a check goes on where the machine is too busy for it.
const BUSY: Duration = Duration::from_secs(10);

/// The tokens of a session.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: String,
}

impl Tokens {
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        Some(Self { access: answer.token()?.to_owned(), refresh: answer.refresh_token()?.to_owned() })
    }
}

/// All that a load of sessions has done and was told.
#[derive(Debug, Default)]
pub(crate) struct SessionLedger {
    requests: usize,
    /// With 503.
    refused: usize,
    /// Without an answer.
    cut: usize,
    longest: Duration,
    /// Other answers than 200 and 503, with their number.
    others: BTreeMap<String, usize>,
    pub(super) exchanges: usize,
    /// The addresses whose registration was acknowledged.
    pub(crate) registered: BTreeSet<String>,
    /// The latest refresh tokens of sessions that go on.
    pub(super) open: Vec<String>,
    /// Sessions whose log-out was acknowledged, and when.
    pub(super) ended: Vec<(Tokens, Instant)>,
    /// How often an ended session was good again.
    pub(super) returned: usize,
}

impl SessionLedger {
    pub(super) fn note(&mut self, what: &str, answer: &Result<Answer, Failure>) {
        self.requests += 1;
        match answer {
            Ok(answer) => {
                self.longest = self.longest.max(answer.took);
                match answer.status {
                    200 => {}
                    503 => self.refused += 1,
                    status => *self.others.entry(format!("{what} got {status}: {}", answer.body)).or_default() += 1,
                }
            }
            Err(_) => self.cut += 1,
        }
    }

    /// The access token of a session that has ended so long ago; `turn` chooses which.
    pub(super) fn ended_before(&self, age: Duration, turn: usize) -> Option<String> {
        let old = self.ended.partition_point(|(_, ended)| ended.elapsed() >= age);
        // The latest are those that a new leader may lack.
        let index = old.checked_sub(1 + turn % old.clamp(1, 50))?;
        Some(self.ended[index].0.access.clone())
    }

    /// The longest time that an answer took.
    pub(crate) fn longest(&self) -> Duration {
        self.longest
    }

    /// All requests.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    /// Requests without an answer.
    pub(crate) fn cut(&self) -> usize {
        self.cut
    }

    /// Requests that were answered with 503.
    pub(crate) fn refused(&self) -> usize {
        self.refused
    }

    /// Whether everything that was acknowledged is there, at each of these replicas, and nothing that was ended.
    pub(crate) async fn check(&self, context: &Context, servers: &[SocketAddr]) -> Result<()> {
        let figures = [
            ("requests", self.requests),
            ("refused", self.refused),
            ("cut", self.cut),
            ("registered", self.registered.len()),
            ("exchanges", self.exchanges),
            ("log_outs", self.ended.len()),
        ];
        for (name, figure) in figures {
            context.add(name, figure);
        }
        let others: Vec<_> = self.others.iter().map(|(outcome, count)| format!("{count} × {outcome}")).collect();
        ensure!(others.is_empty(), "other answers than 200 and 503: {}", others.join(", "));
        ensure!(!self.open.is_empty() && !self.ended.is_empty(), "no session went on, or none ended");
        // Who is asked first exchanges the token, and nobody after that.
        let due = self.open.iter().map(|token| Request::refresh(token)).collect();
        let lost = count(&servers[..1], due, |status| status != 200).await?;
        context.add("lost_sessions", lost);
        let void = self.ended.iter().map(|(tokens, _)| Request::me(&tokens.access)).collect();
        let used = self.ended.iter().map(|(tokens, _)| Request::refresh(&tokens.refresh)).collect();
        let back = count(servers, void, |status| status != 401).await?
            + count(servers, used, |status| status == 200).await?
            + self.returned;
        context.add("came_back", back);
        ensure!(lost == 0, "{lost} sessions whose last exchange was acknowledged are lost");
        ensure!(back == 0, "{back} times an ended session was good again");
        Ok(())
    }
}

/// How many of these requests get such an answer, at each of the servers.
async fn count(servers: &[SocketAddr], requests: Vec<Request>, is_bad: fn(u16) -> bool) -> Result<usize> {
    let mut checkers = JoinSet::new();
    for server in servers.iter().copied() {
        for part in requests.chunks(requests.len().div_ceil(CHECKERS).max(1)) {
            let part = part.to_vec();
            checkers.spawn(async move { count_at(server, part, is_bad).await });
        }
    }
    let mut bad = 0;
    while let Some(part) = checkers.join_next().await {
        bad += part.context("a worker has failed")??;
    }
    Ok(bad)
}

async fn count_at(server: SocketAddr, requests: Vec<Request>, is_bad: fn(u16) -> bool) -> Result<usize> {
    let (mut client, mut bad) = (Client::new(server), 0);
    for request in requests {
        let asked = Instant::now();
        let mut status = client.send(&request).await?.status;
        // A busy machine says nothing about the session.
        while status == 503 && asked.elapsed() < BUSY {
            status = client.send(&request).await?.status;
        }
        bad += usize::from(is_bad(status));
    }
    Ok(bad)
}
