//! Whether what was acknowledged is so.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use ore_harness::{Client, Footprint, Request, Service, until};

/// How long until a service serves again, once what it depends on is back.
pub(crate) const BACK: Duration = Duration::from_secs(5);

/// Clients that check at once.
const CHECKERS: usize = 8;

/// How long a check goes on where the machine is too busy for it.
const BUSY: Duration = Duration::from_secs(10);

/// Logs in everybody who was told that they are registered.
pub(crate) async fn expect_all_log_in(server: SocketAddr, accounts: impl IntoIterator<Item = &String>) -> Result<()> {
    let logins: Vec<_> = accounts.into_iter().map(|email| Request::login(email)).collect();
    let lost = find_bad(&[server], &logins, |status| status != 200).await?;
    ensure!(lost.is_empty(), "{} acknowledged users cannot log in, such as {}", lost.len(), lost[0]);
    Ok(())
}

/// Which of these requests get such an answer, at each of the servers.
pub(super) async fn find_bad(
    servers: &[SocketAddr],
    requests: &[Request],
    is_bad: fn(u16) -> bool,
) -> Result<Vec<String>> {
    let part = requests.len().div_ceil(CHECKERS).max(1);
    let parts = servers.iter().flat_map(|server| requests.chunks(part).map(|part| (*server, part)));
    let checkers = parts.map(async |(server, requests)| {
        let (mut client, mut bad) = (Client::new(server), Vec::new());
        for request in requests {
            let asked = Instant::now();
            let mut status = client.send(request).await?.status;
            // A busy machine says nothing about the account or the session.
            while status == 503 && asked.elapsed() < BUSY {
                status = client.send(request).await?.status;
            }
            if is_bad(status) {
                bad.push(format!("{request} ({status})"));
            }
        }
        anyhow::Ok(bad)
    });
    Ok(try_join_all(checkers).await?.concat())
}

/// What a service holds once the connections of a load have ended.
pub(crate) fn footprint_at_rest(service: &Service) -> Result<Footprint> {
    let is_quiet = || service.footprint().is_ok_and(|footprint| footprint.connections == 0);
    until(BACK, "the connections of the load end", is_quiet)?;
    service.footprint()
}
