//! Closed-loop load: each worker waits for its answer before it asks again.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use ore_harness::{Client, LoadClients, LoadState, Request, register};
use tokio::time::sleep;

use super::{Call, LoadResults, Record};

/// How long a worker waits after a request that had no answer, such as while nobody listens.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);

/// A load that runs until it is stopped.
pub(crate) type Load = LoadClients<LoadResults>;

/// The plan of a load.
#[derive(Debug, Clone)]
pub(crate) struct LoadPlan {
    server: SocketAddr,
    /// The beginning of every address that is registered; another one in each load on one database.
    prefix: String,
    keeps_connections: bool,
    /// How long a worker waits between an answer and its next request.
    pause: Duration,
    /// Who logs in, and the token that is shown.
    account: String,
    pub(crate) token: String,
}

impl LoadPlan {
    /// Registrations alone, as fast as they go.
    pub(crate) fn registrations(server: SocketAddr, prefix: impl Into<String>) -> Self {
        let (account, token, pause) = (String::new(), String::new(), Duration::ZERO);
        Self { server, prefix: prefix.into(), keeps_connections: true, pause, account, token }
    }

    /// Calls of all kinds. The token that is shown is one account's; another one logs in, and has so many sessions that
    /// the first of them end.
    pub(crate) async fn register(server: SocketAddr, name: &str) -> Result<Self> {
        let account = format!("login-{name}@chaos.example");
        register(server, &account).await?;
        let token = register(server, &format!("{name}@chaos.example")).await?.access;
        Ok(Self { account, token, ..Self::registrations(server, name) })
    }

    /// Who logs in.
    pub(crate) fn login(&self) -> Request {
        Request::login(&self.account)
    }

    /// The same elsewhere, with other addresses.
    pub(crate) fn at(&self, server: SocketAddr, prefix: String) -> Self {
        Self { server, prefix, ..self.clone() }
    }

    /// With a pause between an answer and the next request.
    pub(crate) fn pausing(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// With a connection for each request, unless connections are to be kept.
    pub(crate) fn keeping_connections(self, keeps_connections: bool) -> Self {
        Self { keeps_connections, ..self }
    }

    /// Starts so many workers for each call.
    pub(crate) fn start(&self, workers: &[(Call, usize)]) -> Load {
        let calls = workers.iter().flat_map(|(call, count)| vec![*call; *count]);
        LoadClients::start(calls, |call, state| {
            let plan = self.clone();
            async move {
                plan.work(call, &state).await;
                Ok(())
            }
        })
    }

    async fn work(&self, call: Call, state: &LoadState<LoadResults>) {
        let connect = if self.keeps_connections { Client::new } else { Client::without_keeping };
        let mut client = connect(self.server);
        while !state.is_stopped() {
            let number = state.next_number();
            let email = format!("{}-{number}@chaos.example", self.prefix);
            let started = Instant::now();
            let answer = client.send(&self.request(call, number, &email)).await;
            let took = started.elapsed();
            let outcome = answer.map(|answer| answer.status).map_err(|failure| format!("{failure:#}"));
            let pause = if outcome.is_ok() { self.pause } else { PAUSE_AFTER_FAILURE };
            state.results().record(Record { call, took, outcome }, email);
            sleep(pause).await;
        }
    }

    fn request(&self, call: Call, number: usize, email: &str) -> Request {
        match call {
            Call::Register => Request::register(email),
            Call::Login => self.login(),
            Call::Me => Request::me(&self.token),
            Call::Health => Request::get("/health"),
            Call::Bad => Request::bad(number),
        }
    }
}
