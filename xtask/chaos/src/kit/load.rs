//! Closed-loop load: each worker waits for its answer before it asks again.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use ore_harness::{Client, LoadClients, LoadState, Request, register};
use tokio::time::sleep;

use super::{Call, LoadResults};

/// Between an answer and a worker's next request, so that others have the processor too.
const PAUSE: Duration = Duration::from_millis(5);

/// An address that nobody has had.
pub(crate) fn new_email() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("user-{}@chaos.example", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// The plan of a load.
#[derive(Debug, Clone)]
pub(crate) struct LoadPlan {
    pub(crate) server: SocketAddr,
    /// Whether a worker sends all its requests on one connection.
    pub(crate) keeps_connections: bool,
    /// Who logs in, and the token that is shown.
    pub(crate) account: String,
    pub(crate) token: String,
}

impl LoadPlan {
    /// Registrations alone.
    pub(crate) fn registrations(server: SocketAddr) -> Self {
        Self { server, keeps_connections: true, account: String::new(), token: String::new() }
    }

    /// Calls of all kinds. The token that is shown is one account's; another one logs in, and has so many sessions that
    /// the first of them end.
    pub(crate) async fn register(server: SocketAddr) -> Result<Self> {
        let account = new_email();
        register(server, &account).await?;
        let token = register(server, &new_email()).await?.access;
        Ok(Self { account, token, ..Self::registrations(server) })
    }

    /// Starts so many workers for each call, until they are stopped.
    pub(crate) fn start(&self, workers: &[(Call, usize)]) -> LoadClients<LoadResults> {
        let calls = workers.iter().flat_map(|(call, count)| vec![*call; *count]);
        LoadClients::start(calls, |call, state| {
            let plan = self.clone();
            async move {
                let mut client = plan.client();
                while !state.is_stopped() {
                    plan.send(&mut client, call, &state).await;
                    sleep(PAUSE).await;
                }
                Ok(())
            }
        })
    }

    /// Sends so many requests at once, each on a connection of its own.
    pub(crate) async fn send_at_once(&self, call: Call, count: usize) -> Result<LoadResults> {
        let clients = LoadClients::start(0..count, |_, state| {
            let plan = self.clone();
            async move {
                plan.send(&mut plan.client(), call, &state).await;
                Ok(())
            }
        });
        clients.stop().await
    }

    fn client(&self) -> Client {
        if self.keeps_connections { Client::new(self.server) } else { Client::without_keeping(self.server) }
    }

    async fn send(&self, client: &mut Client, call: Call, state: &LoadState<LoadResults>) {
        let email = new_email();
        let request = match call {
            Call::Login => Request::login(&self.account),
            Call::Me => Request::me(&self.token),
            Call::Health => Request::get("/health"),
            Call::Bad => Request::bad(state.next_number()),
            // Only users of `start_sessions` have what the last two need.
            Call::Register | Call::Refresh | Call::LogOut => Request::register(&email),
        };
        let started = Instant::now();
        let answer = client.send(&request).await;
        state.results().record(call, &email, started, &answer);
    }
}
