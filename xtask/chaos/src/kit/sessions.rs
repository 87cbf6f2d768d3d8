//! Users who register, ask who they are, exchange their refresh tokens and log out, at all replicas in turn; what
//! became of their sessions, and whether it lasts.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::{Answer, Client, LoadClients, LoadState, Request, Tokens};
use tokio::time::sleep;

use super::checks::find_bad;
use super::load::new_email;
use super::{Call, LoadResults};
use crate::context::Context;

/// How often a user exchanges the refresh token.
const EXCHANGES: usize = 2;

/// Between an answer and the next request of a worker.
const PAUSE: Duration = Duration::from_millis(20);

/// How long until each replica must know that a session has ended: all of them are told within a second.
const KNOWN: Duration = Duration::from_secs(3);

/// How many of the oldest sessions, and of those that have ended last, are looked at again.
const OLDEST: usize = 4;
const LATEST: usize = 50;

/// The results of a load of sessions.
#[derive(Debug, Default)]
pub(crate) struct SessionResults {
    pub(crate) answers: LoadResults,
    /// The latest tokens of sessions that go on.
    open: Vec<Tokens>,
    /// Sessions whose log-out was acknowledged, and when.
    ended: Vec<(Tokens, Instant)>,
}

impl SessionResults {
    /// No request had another status than 200 and 503 or failed otherwise than allowed; none with the token of an ended
    /// session had 200. What was acknowledged is there, at each of these replicas, and nothing that was ended.
    pub(crate) async fn check(&self, context: &Context, servers: &[SocketAddr], allowed: &[&str]) -> Result<()> {
        self.answers.measure(context, "");
        self.answers.expect(&[200, 503], allowed)?;
        ensure!(!self.open.is_empty() && !self.ended.is_empty(), "no session went on, or none ended");
        // Who is asked first exchanges the token, and nobody after that.
        let due: Vec<_> = self.open.iter().map(|tokens| Request::refresh(&tokens.refresh)).collect();
        let lost = find_bad(&servers[..1], &due, |status| status != 200).await?.len();
        let void: Vec<_> = self.ended.iter().map(|(tokens, _)| Request::me(&tokens.access)).collect();
        let used: Vec<_> = self.ended.iter().map(|(tokens, _)| Request::refresh(&tokens.refresh)).collect();
        let back = find_bad(servers, &void, |status| status != 401).await?.len()
            + find_bad(servers, &used, |status| status == 200).await?.len();
        ensure!(lost == 0, "{lost} sessions whose last exchange was acknowledged are lost");
        ensure!(back == 0, "{back} times a token of an ended session was accepted");
        Ok(())
    }
}

/// So many workers, whose sessions begin, go on and end until the load is stopped.
pub(crate) fn start_sessions(servers: &[SocketAddr], workers: usize) -> LoadClients<SessionResults> {
    LoadClients::start(0..workers, |_, state| {
        let servers = servers.to_vec();
        async move {
            while !state.is_stopped() {
                let turn = state.next_number();
                let mut user = User { email: new_email(), servers: &servers, state: &state, turn };
                user.show_former().await;
                // A request that was refused or cut may have been done or not: no more is known of its session.
                let _ = user.live(turn.is_multiple_of(2)).await;
            }
            Ok(())
        }
    })
}

/// One user, from the registration to the end.
struct User<'a> {
    email: String,
    servers: &'a [SocketAddr],
    state: &'a LoadState<SessionResults>,
    /// Chooses the replica.
    turn: usize,
}

impl User<'_> {
    /// Shows a token of one of the oldest sessions that go on, and one of a session that has ended a while ago: of the
    /// latest, which are those that a new leader may lack.
    async fn show_former(&mut self) {
        // Each of them at each replica.
        let round = self.turn / self.servers.len();
        let (open, ended) = {
            let results = self.state.results();
            let mut ended = results.ended.iter().rev().filter(|(_, ended)| ended.elapsed() >= KNOWN);
            (results.open.get(round % OLDEST).cloned(), ended.nth(round % LATEST).cloned())
        };
        if let Some(tokens) = open {
            self.send(Call::Me, &Request::me(&tokens.access)).await;
        }
        if let Some((tokens, _)) = ended {
            self.send(Call::Bad, &Request::me(&tokens.access)).await;
        }
    }

    async fn live(&mut self, stays: bool) -> Option<()> {
        let mut tokens = self.send(Call::Register, &Request::register(&self.email)).await?.tokens()?;
        for _ in 0..EXCHANGES {
            self.send(Call::Me, &Request::me(&tokens.access)).await?;
            tokens = self.send(Call::Refresh, &Request::refresh(&tokens.refresh)).await?.tokens()?;
        }
        if stays {
            self.state.results().open.push(tokens);
            return Some(());
        }
        self.send(Call::LogOut, &Request::log_out(&tokens.access)).await?;
        self.state.results().ended.push((tokens, Instant::now()));
        Some(())
    }

    /// The answer, if it is 200.
    async fn send(&mut self, call: Call, request: &Request) -> Option<Answer> {
        sleep(PAUSE).await;
        self.turn += 1;
        let started = Instant::now();
        let answer = Client::without_keeping(self.servers[self.turn % self.servers.len()]).send(request).await;
        self.state.results().answers.record(call, &self.email, started, &answer);
        answer.ok().filter(|answer| answer.status == 200)
    }
}
