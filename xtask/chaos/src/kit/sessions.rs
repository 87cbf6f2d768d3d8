//! Users who register, ask who they are, exchange their refresh tokens and log out, at all replicas in turn; what became
//! of their sessions, and whether it lasts.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::{Answer, Client, LoadClients, LoadState, Request, Tokens};
use tokio::time::sleep;

use super::find_bad;
use crate::context::Context;

/// How often a user exchanges the refresh token.
const EXCHANGES: usize = 2;

/// Between an answer and the next request of a worker.
const PAUSE: Duration = Duration::from_millis(20);

/// How long until each replica must know that a session has ended: all of them are told within a second.
const KNOWN: Duration = Duration::from_secs(3);

/// The results of a load of sessions.
#[derive(Debug, Default)]
pub(crate) struct SessionResults {
    pub(crate) requests: usize,
    /// With 503.
    pub(crate) refused: usize,
    /// Without an answer.
    pub(crate) cut: usize,
    /// The longest time that an answer took.
    pub(crate) longest: Duration,
    /// Other answers than 200 and 503, with their number.
    others: BTreeMap<String, usize>,
    exchanges: usize,
    /// Whose registration was acknowledged.
    pub(crate) registered: BTreeSet<String>,
    /// The latest refresh tokens of sessions that go on.
    open: Vec<String>,
    /// Sessions whose log-out was acknowledged, and when.
    ended: Vec<(Tokens, Instant)>,
    /// How often a token of an ended session was accepted.
    returned: usize,
}

impl SessionResults {
    fn record(&mut self, what: &str, answer: &Result<Answer>) {
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
    fn ended_before(&self, age: Duration, turn: usize) -> Option<String> {
        let old = self.ended.partition_point(|(_, ended)| ended.elapsed() >= age);
        // The latest are those that a new leader may lack.
        let index = old.checked_sub(1 + turn % old.clamp(1, 50))?;
        Some(self.ended[index].0.access.clone())
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
        let lost = find_bad(&servers[..1], due, |status| status != 200).await?.len();
        context.add("lost_sessions", lost);
        let void = self.ended.iter().map(|(tokens, _)| Request::me(&tokens.access)).collect();
        let used = self.ended.iter().map(|(tokens, _)| Request::refresh(&tokens.refresh)).collect();
        let back = find_bad(servers, void, |status| status != 401).await?.len()
            + find_bad(servers, used, |status| status == 200).await?.len()
            + self.returned;
        context.add("came_back", back);
        ensure!(lost == 0, "{lost} sessions whose last exchange was acknowledged are lost");
        ensure!(back == 0, "{back} times a token of an ended session was accepted");
        Ok(())
    }
}

/// Sessions that begin, go on and end until the load is stopped.
pub(crate) type SessionLoad = LoadClients<SessionResults>;

/// Starts so many workers, and one more that shows tokens of ended sessions. `prefix` is the beginning of every address,
/// another one in each load on one database.
pub(crate) fn start_sessions(servers: &[SocketAddr], prefix: &str, workers: usize) -> SessionLoad {
    LoadClients::start(0..=workers, |worker, state| {
        let (servers, prefix) = (servers.to_vec(), prefix.to_owned());
        async move {
            while !state.is_stopped() {
                let number = state.next_number();
                if worker == workers {
                    show_ended(&servers, number, &state).await;
                } else {
                    let mut journey = UserJourney { servers: &servers, state: &state, turn: number };
                    // A request that was refused or cut may have been done or not: nothing more is known of its session.
                    let _ = journey.run(number, format!("{prefix}-{number}@chaos.example")).await;
                }
            }
            Ok(())
        }
    })
}

/// Shows the access token of a session that has ended a while ago.
async fn show_ended(servers: &[SocketAddr], turn: usize, state: &LoadState<SessionResults>) {
    sleep(PAUSE).await;
    let Some(access) = state.results().ended_before(KNOWN, turn) else { return };
    let mut client = Client::without_keeping(servers[turn % servers.len()]);
    if client.send(&Request::me(&access)).await.is_ok_and(|answer| answer.status == 200) {
        state.results().returned += 1;
    }
}

/// One user, from the registration to the end.
struct UserJourney<'a> {
    servers: &'a [SocketAddr],
    state: &'a LoadState<SessionResults>,
    /// Chooses the replica.
    turn: usize,
}

impl UserJourney<'_> {
    async fn run(&mut self, number: usize, email: String) -> Option<()> {
        let answer = self.send("a registration", &Request::register(&email)).await?;
        self.state.results().registered.insert(email);
        let mut tokens = answer.tokens()?;
        for _ in 0..EXCHANGES {
            self.send("/me", &Request::me(&tokens.access)).await?;
            tokens = self.send("an exchange", &Request::refresh(&tokens.refresh)).await?.tokens()?;
            self.state.results().exchanges += 1;
        }
        if number.is_multiple_of(2) {
            self.state.results().open.push(tokens.refresh);
            return Some(());
        }
        self.send("a log-out", &Request::log_out(&tokens.access)).await?;
        self.state.results().ended.push((tokens, Instant::now()));
        Some(())
    }

    /// The answer, if it is 200.
    async fn send(&mut self, what: &str, request: &Request) -> Option<Answer> {
        sleep(PAUSE).await;
        self.turn += 1;
        let answer = Client::without_keeping(self.servers[self.turn % self.servers.len()]).send(request).await;
        self.state.results().record(what, &answer);
        answer.ok().filter(|answer| answer.status == 200)
    }
}
