//! Users who register, ask who they are, exchange their refresh tokens and log out, at all replicas in turn.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use ore_harness::{Answer, Client, Request};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::PASSWORD;
use super::session_ledger::{SessionLedger, Tokens};
use super::shift::Shift;

/// How often a user exchanges the refresh token.
const EXCHANGES: usize = 2;

/// Between an answer and the next request of a worker.
const PAUSE: Duration = Duration::from_millis(20);

/// How long until each replica must know that a session has ended: all of them are told within a second.
const KNOWN: Duration = Duration::from_secs(3);

/// Sessions that begin, go on and end until the load is stopped.
pub(crate) struct SessionLoad {
    workers: JoinSet<()>,
    shared: Arc<Shared>,
}

struct Shared {
    servers: Vec<SocketAddr>,
    prefix: String,
    shift: Shift<SessionLedger>,
}

impl SessionLoad {
    /// Starts so many workers, and one more that shows tokens of ended sessions. `prefix` is the beginning of every
    /// address, another one in each load on one database.
    pub(crate) fn start(servers: Vec<SocketAddr>, prefix: &str, workers: usize) -> Self {
        let shared = Arc::new(Shared { servers, prefix: prefix.to_owned(), shift: Shift::default() });
        let mut tasks = JoinSet::new();
        for _ in 0..workers {
            let shared = Arc::clone(&shared);
            tasks.spawn(async move { shared.work().await });
        }
        let watching = Arc::clone(&shared);
        tasks.spawn(async move { watching.watch().await });
        Self { workers: tasks, shared }
    }

    /// Lets every worker get its last answer, and returns all that was done.
    pub(crate) async fn stop(self) -> Result<SessionLedger> {
        self.shared.shift.end(self.workers).await
    }
}

impl Shared {
    async fn work(&self) {
        while !self.shift.is_over() {
            let number = self.shift.number();
            let mut visit = Visit { shared: self, turn: number };
            // A request that was refused or cut may have been done or not: nothing more is known of its session.
            let _ = visit.run(number).await;
        }
    }

    /// Shows the access tokens of sessions that have ended a while ago.
    async fn watch(&self) {
        let mut turn = 0;
        while !self.shift.is_over() {
            turn += 1;
            sleep(PAUSE).await;
            let Some(access) = self.shift.ledger().ended_before(KNOWN, turn) else { continue };
            let mut client = Client::without_keeping(self.servers[turn % self.servers.len()]);
            if client.send(&Request::me(&access)).await.is_ok_and(|answer| answer.status == 200) {
                self.shift.ledger().returned += 1;
            }
        }
    }
}

/// One user, from the registration to the end.
struct Visit<'a> {
    shared: &'a Shared,
    /// Chooses the replica.
    turn: usize,
}

impl Visit<'_> {
    async fn run(&mut self, number: usize) -> Option<()> {
        let email = format!("{}-{number}@chaos.example", self.shared.prefix);
        let answer = self.send("a registration", &Request::register(&email, PASSWORD)).await?;
        self.shared.shift.ledger().registered.insert(email);
        let mut tokens = Tokens::of(&answer)?;
        for _ in 0..EXCHANGES {
            self.send("/me", &Request::me(&tokens.access)).await?;
            let answer = self.send("an exchange", &Request::refresh(&tokens.refresh)).await?;
            tokens = Tokens::of(&answer)?;
            self.shared.shift.ledger().exchanges += 1;
        }
        if number.is_multiple_of(2) {
            self.shared.shift.ledger().open.push(tokens.refresh);
            return Some(());
        }
        self.send("a log-out", &Request::log_out(&tokens.access)).await?;
        self.shared.shift.ledger().ended.push((tokens, Instant::now()));
        Some(())
    }

    /// The answer, if it is 200.
    async fn send(&mut self, what: &str, request: &Request) -> Option<Answer> {
        sleep(PAUSE).await;
        self.turn += 1;
        let server = self.shared.servers[self.turn % self.shared.servers.len()];
        let answer = Client::without_keeping(server).send(request).await;
        self.shared.shift.ledger().note(what, &answer);
        answer.ok().filter(|answer| answer.status == 200)
    }
}
