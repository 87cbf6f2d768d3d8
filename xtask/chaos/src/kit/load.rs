//! Closed-loop load: each worker waits for its answer before it asks again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Request};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::shift::Shift;
use super::{Call, Ledger, Record};

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse battery chaos";

/// How long a worker waits after a request that had no answer, such as while nobody listens.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);

/// Clients that check log-ins at once.
const CHECKERS: usize = 8;

/// How long a check of a log-in goes on where the machine is too busy for it.
const BUSY: Duration = Duration::from_secs(10);

/// The plan of a load.
#[derive(Debug, Clone)]
pub(crate) struct LoadPlan {
    /// How many workers make each call.
    pub(crate) workers: Vec<(Call, usize)>,
    /// The beginning of every address that is registered; another one in each load on one database.
    pub(crate) prefix: String,
    /// Whether workers keep their connections.
    pub(crate) keeps_connections: bool,
    /// How long a worker waits between an answer and its next request.
    pub(crate) pause: Duration,
    /// The account for log-ins, and the token for checks.
    pub(crate) account: Option<(String, String)>,
}

impl LoadPlan {
    /// Registrations alone, as fast as they go.
    pub(crate) fn registrations(workers: usize, prefix: impl Into<String>) -> Self {
        let workers = vec![(Call::Register, workers)];
        let pause = Duration::ZERO;
        Self { workers, prefix: prefix.into(), keeps_connections: true, pause, account: None }
    }
}

/// A load that runs until it is stopped.
pub(crate) struct Load {
    workers: JoinSet<()>,
    shared: Arc<Shared>,
}

struct Shared {
    server: SocketAddr,
    plan: LoadPlan,
    shift: Shift<Ledger>,
}

impl Load {
    /// Starts the workers.
    pub(crate) fn start(server: SocketAddr, plan: LoadPlan) -> Self {
        let calls: Vec<Call> = plan.workers.iter().flat_map(|(call, count)| vec![*call; *count]).collect();
        let shared = Arc::new(Shared { server, plan, shift: Shift::default() });
        let mut workers = JoinSet::new();
        for call in calls {
            let shared = Arc::clone(&shared);
            workers.spawn(async move { shared.work(call).await });
        }
        Self { workers, shared }
    }

    /// Lets every worker get its last answer, and returns all that was done.
    pub(crate) async fn stop(self) -> Result<Ledger> {
        self.shared.shift.end(self.workers).await
    }
}

impl Shared {
    async fn work(&self, call: Call) {
        let connect = if self.plan.keeps_connections { Client::new } else { Client::without_keeping };
        let mut client = connect(self.server);
        while !self.shift.is_over() {
            let pause = if self.call(call, &mut client).await { self.plan.pause } else { PAUSE_AFTER_FAILURE };
            sleep(pause).await;
        }
    }

    /// Returns whether there was an answer.
    async fn call(&self, call: Call, client: &mut Client) -> bool {
        let number = self.shift.number();
        let email = format!("{}-{number}@chaos.example", self.plan.prefix);
        let request = self.request(call, number, &email);
        let started = Instant::now();
        let answer = client.send(&request).await;
        let took = started.elapsed();
        let outcome = answer.map(|answer| answer.status).map_err(|failure| failure.to_string());
        let mut ledger = self.shift.ledger();
        if call == Call::Register {
            match outcome {
                Ok(200) => drop(ledger.acknowledged.insert(email)),
                Ok(_) => {}
                Err(_) => drop(ledger.unanswered.insert(email)),
            }
        }
        let is_answered = outcome.is_ok();
        ledger.records.push(Record { call, took, outcome });
        is_answered
    }

    fn request(&self, call: Call, number: usize, email: &str) -> Request {
        let (account, token) = self.plan.account.as_ref().map_or((email, ""), |(account, token)| (account, token));
        match call {
            Call::Register => Request::register(email, PASSWORD),
            Call::Login => Request::login(account, PASSWORD),
            Call::Me => Request::me(token),
            Call::Health => Request::get("/health"),
            Call::Bad => Request::bad(number),
        }
    }
}

/// Registers an account and returns its token.
pub(crate) async fn register(server: SocketAddr, email: &str) -> Result<String> {
    let answer = Client::new(server).send(&Request::register(email, PASSWORD)).await?;
    let token = answer.token().with_context(|| format!("the registration of {email} was answered {answer:?}"))?;
    Ok(token.to_owned())
}

/// Registers an account whose token a load shows, and returns that; beside it the one that logs in, which has so many
/// sessions that the first of them end.
pub(crate) async fn register_for_load(server: SocketAddr, email: &str) -> Result<String> {
    register(server, &logging_in(email)).await?;
    register(server, email).await
}

/// The account that logs in while the token of another is shown.
pub(crate) fn logging_in(email: &str) -> String {
    format!("login-{email}")
}

/// Logs every account in.
pub(crate) async fn assert_all_log_in(server: SocketAddr, accounts: impl IntoIterator<Item = &String>) -> Result<()> {
    let accounts: Vec<String> = accounts.into_iter().cloned().collect();
    let mut checkers = JoinSet::new();
    for part in accounts.chunks(accounts.len().div_ceil(CHECKERS).max(1)) {
        let part = part.to_vec();
        checkers.spawn(async move { log_in_each(server, part).await });
    }
    let mut lost = Vec::new();
    while let Some(part) = checkers.join_next().await {
        lost.extend(part.context("a worker has failed")??);
    }
    ensure!(lost.is_empty(), "{} acknowledged users cannot log in, such as {}", lost.len(), lost[0]);
    Ok(())
}

/// Returns those that could not, each with the answer.
async fn log_in_each(server: SocketAddr, accounts: Vec<String>) -> Result<Vec<String>> {
    let mut client = Client::new(server);
    let mut lost = Vec::new();
    for email in accounts {
        let request = Request::login(&email, PASSWORD);
        let asked = Instant::now();
        let mut status = client.send(&request).await?.status;
        // A busy machine says nothing about whether the account is there.
        while status == 503 && asked.elapsed() < BUSY {
            status = client.send(&request).await?.status;
        }
        if status != 200 {
            lost.push(format!("{email} ({status})"));
        }
    }
    Ok(lost)
}
