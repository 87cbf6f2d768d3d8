//! Requests of all kinds that clients send, so that there is something to see.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use serde_json::{Value, json};

use crate::http;

const CLIENTS: u32 = 4;
const PASSWORD: &str = "correct horse battery";

/// A client thinks for so long, so that a laptop stays usable.
const THINKING: Duration = Duration::from_millis(10);

/// How many answers had which status.
#[derive(Debug, Default)]
pub(super) struct Sent(BTreeMap<u16, u64>);

impl Display for Sent {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let told: Vec<String> = self.0.iter().map(|(status, count)| format!("{count} with {status}")).collect();
        write!(formatter, "answers: {}", told.join(", "))
    }
}

/// Sends them for so long.
///
/// # Errors
/// When one is not answered.
pub(super) fn send(port: u16, time: Duration) -> Result<Sent> {
    let end = Instant::now() + time;
    let clients: Vec<_> = (0..CLIENTS).map(|number| thread::spawn(move || client(port, number, end))).collect();
    let mut sent = Sent::default();
    for client in clients {
        let statuses = client.join().map_err(|_| anyhow!("a client has panicked"))??;
        for (status, count) in statuses.0 {
            *sent.0.entry(status).or_default() += count;
        }
    }
    Ok(sent)
}

/// Registers, and then asks for its own account again and again, with all that can go wrong in between.
fn client(port: u16, number: u32, end: Instant) -> Result<Sent> {
    let mut sent = Sent::default();
    let mut note = |answer: http::Answer| {
        *sent.0.entry(answer.status).or_default() += 1;
        answer
    };
    let account = json!({"email": format!("client-{number}@example.org"), "password": PASSWORD}).to_string();
    let wrong = account.replace(PASSWORD, "not the password");
    let registered = note(http::post(port, "/api/v1/auth/register", &account)?);
    let registered: Value =
        serde_json::from_str(&registered.body).context("a registration was answered without JSON")?;
    let token = registered["data"]["access_token"].as_str().context("a registration was answered without a token")?;
    let authorization = format!("Authorization: Bearer {token}\r\n");
    while Instant::now() < end {
        for _ in 0..100 {
            note(http::get(port, "/api/v1/auth/me", &authorization)?);
            thread::sleep(THINKING);
        }
        note(http::get(port, "/api/v1/auth/me", "")?);
        note(http::get(port, "/health", "")?);
        note(http::get(port, "/no/such/path", "")?);
        for body in [&account, &wrong] {
            note(http::post(port, "/api/v1/auth/login", body)?);
        }
    }
    Ok(sent)
}
