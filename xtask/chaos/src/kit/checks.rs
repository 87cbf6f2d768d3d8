//! Whether what was acknowledged is so.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Request};
use tokio::task::JoinSet;

use crate::context::Context;

/// Clients that check at once.
const CHECKERS: usize = 8;

/// How long a check goes on where the machine is too busy for it.
const BUSY: Duration = Duration::from_secs(10);

/// Everybody who was told that they are registered is among the users, and can log in there.
pub(crate) async fn expect_registered(
    context: &Context,
    server: SocketAddr,
    users: &BTreeSet<String>,
    (acknowledged, figure): (&BTreeSet<String>, &str),
) -> Result<()> {
    let lost = acknowledged.difference(users).count();
    context.add(figure, lost);
    ensure!(lost == 0, "{lost} acknowledged users are gone");
    expect_all_log_in(server, acknowledged).await
}

/// Logs every account in.
pub(crate) async fn expect_all_log_in(server: SocketAddr, accounts: impl IntoIterator<Item = &String>) -> Result<()> {
    let logins = accounts.into_iter().map(|email| Request::login(email)).collect();
    let lost = find_bad(&[server], logins, |status| status != 200).await?;
    ensure!(lost.is_empty(), "{} acknowledged users cannot log in, such as {}", lost.len(), lost[0]);
    Ok(())
}

/// Which of these requests get such an answer, at each of the servers.
pub(crate) async fn find_bad(
    servers: &[SocketAddr],
    requests: Vec<Request>,
    is_bad: fn(u16) -> bool,
) -> Result<Vec<String>> {
    let mut checkers = JoinSet::new();
    for server in servers.iter().copied() {
        for part in requests.chunks(requests.len().div_ceil(CHECKERS).max(1)) {
            checkers.spawn(find_bad_at(server, part.to_vec(), is_bad));
        }
    }
    let mut bad = Vec::new();
    while let Some(part) = checkers.join_next().await {
        bad.extend(part.context("a worker has failed")??);
    }
    Ok(bad)
}

async fn find_bad_at(server: SocketAddr, requests: Vec<Request>, is_bad: fn(u16) -> bool) -> Result<Vec<String>> {
    let (mut client, mut bad) = (Client::new(server), Vec::new());
    for request in requests {
        let asked = Instant::now();
        let mut status = client.send(&request).await?.status;
        // A busy machine says nothing about the account or the session.
        while status == 503 && asked.elapsed() < BUSY {
            status = client.send(&request).await?.status;
        }
        if is_bad(status) {
            bad.push(format!("{request} ({status})"));
        }
    }
    Ok(bad)
}
