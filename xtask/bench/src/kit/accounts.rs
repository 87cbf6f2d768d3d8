//! Users by the million, and many that log in.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{Client, Database, LoadClients, LoadState, PASSWORD, Request};
use tokio::time::sleep;

/// Logs one account in, or one of many at random.
const LOG_INS: &str = include_str!("log_ins.lua");

/// An account beside all the others.
pub(crate) const EMAIL: &str = "account@bench.example";

/// The address of the user of a number, as the script writes it.
const NUMBERED: &str = "'user-' || n || '@bench.example'";

/// How long a client waits that was turned away. They are told to wait for longer, and some will not.
const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(100);

/// The hash that the database has of an account's password.
pub(crate) fn stored_hash(database: &Database, email: &str) -> Result<String> {
    let hash = database.query(&format!("SELECT hashed_password FROM users WHERE email = '{email}'"))?;
    let hash = hash.trim();
    ensure!(hash.starts_with("$argon2id$"), "{email} has no password hash");
    Ok(hash.to_owned())
}

/// Adds the users 1 to `count`, whose hash is this expression over their number `n`.
pub(crate) fn fill(database: &Database, count: u64, hash: &str) -> Result<()> {
    database.query(&format!(
        "INSERT INTO users (email, hashed_password, email_canonical)
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
         SELECT {NUMBERED}, {hash}, {NUMBERED} FROM numbers"
    ))?;
    if matches!(database, Database::Postgres { .. }) {
        // As the server itself would do after a while.
        database.query("VACUUM ANALYZE users")?;
    }
    let filled = database.count("users WHERE email LIKE 'user-%'")?;
    ensure!(u64::try_from(filled)? == count, "{filled} users instead of {count}");
    Ok(())
}

/// A script of `wrk` that always logs [`EMAIL`] in.
pub(crate) fn log_ins_of_one() -> String {
    format!("local password, email = '{PASSWORD}', '{EMAIL}'\nlocal count, stride = 0, 0\n{LOG_INS}")
}

/// A script of `wrk` that logs in one of the users 1 to `count` at random, but those whose number `stride` divides.
pub(crate) fn random_log_ins(count: u64, stride: u64) -> String {
    format!("local password, email = '{PASSWORD}', nil\nlocal count, stride = {count}, {stride}\n{LOG_INS}")
}

/// Starts so many clients, who log [`EMAIL`] in until they are stopped and count how many answers had which status.
pub(crate) fn start_log_ins(server: SocketAddr, clients: usize) -> LoadClients<BTreeMap<u16, usize>> {
    LoadClients::start(0..clients, move |_, state: Arc<LoadState<BTreeMap<u16, usize>>>| async move {
        let (mut client, request) = (Client::new(server), Request::login(EMAIL));
        while !state.is_stopped() {
            let status = client.send(&request).await?.status;
            ensure!([200, 429, 503].contains(&status), "a log-in was answered {status}");
            *state.results().entry(status).or_default() += 1;
            if status != 200 {
                sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
        Ok(())
    })
}
