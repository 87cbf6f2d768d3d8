//! Programs that do one thing in a plain loop and print how fast.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Database, cores, run_beside};

use super::Cost;
use crate::context::Context;

/// Hashes with argon2-cffi's C library.
const HASH_LOOP: &str = include_str!("hash_loop.py");
/// The statements of a refresh, in `pgbench` over libpq, and in Python over SQLite's library.
const POSTGRES_EXCHANGE: &str = include_str!("exchange.sql");
const SQLITE_EXCHANGE: &str = include_str!("exchange_loop.py");

/// As long as the sealed form of a refresh token.
const SEALED_BYTES: usize = 84;

/// A program, and what it prints before its rate.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: PathBuf,
    arguments: Vec<String>,
    /// Whether the seconds that it takes are its last argument; others take a time of their own.
    takes_seconds: bool,
    before_rate: &'static str,
}

/// Whose session a connection of the loop of a refresh carries on.
pub(crate) fn loop_account(connection: usize) -> String {
    format!("loop-{connection}@bench.example")
}

impl Program {
    /// Hashes on all cores with the `argon2` crate, with memory that is kept, in one round of its own.
    pub(crate) fn rust_hashes(context: &Context, cost: Cost) -> Result<Self> {
        let arguments = hash_arguments(cost).into_iter().chain(["1".to_owned()]).collect();
        let file = context.tools.get("hash_loop")?.to_owned();
        Ok(Self { file, arguments, takes_seconds: false, before_rate: "\"plain_hashes_per_second\":" })
    }

    /// The same with the C library that argon2-cffi brings.
    pub(crate) fn c_hashes(context: &Context, cost: Cost) -> Result<Self> {
        Self::python(context, HASH_LOOP, hash_arguments(cost), "\"hashes_per_second\":")
    }

    /// The statements of a refresh on so many connections, each with the session of its account; SQLite has one writer.
    pub(crate) fn exchanges(context: &Context, database: &Database, connections: usize) -> Result<Self> {
        match database {
            Database::Postgres { .. } => Self::postgres_exchanges(context, &database.url(), connections),
            Database::Sqlite { file, .. } => {
                let arguments = [file.display().to_string(), loop_account(0), "s".repeat(SEALED_BYTES)];
                Self::python(context, SQLITE_EXCHANGE, arguments, "\"exchanges_per_second\":")
            }
        }
    }

    fn python(
        context: &Context,
        script: &str,
        arguments: impl IntoIterator<Item = String>,
        before_rate: &'static str,
    ) -> Result<Self> {
        let arguments = ["-c".to_owned(), script.to_owned()].into_iter().chain(arguments).collect();
        Ok(Self { file: context.tools.get("python")?.to_owned(), arguments, takes_seconds: true, before_rate })
    }

    fn postgres_exchanges(context: &Context, url: &str, connections: usize) -> Result<Self> {
        let script = context.file("exchange.sql", POSTGRES_EXCHANGE)?.display().to_string();
        let sealed = format!("sealed=\\x{}", "73".repeat(SEALED_BYTES));
        let (clients, threads) = (connections.to_string(), cores().min(connections).to_string());
        let options = ["--no-vacuum", "--protocol", "prepared", "--file", &script, "--define", "is_new=1", "--define"];
        let more = [&sealed, "--client", &clients, "--jobs", &threads, url, "--time"];
        let arguments = options.into_iter().chain(more).map(str::to_owned).collect();
        let file = context.tools.get("postgres")?.join("pgbench");
        Ok(Self { file, arguments, takes_seconds: true, before_rate: "tps = " })
    }

    /// How often a second.
    pub(crate) async fn rate(&self, time: Duration) -> Result<f64> {
        let mut command = Command::new(&self.file);
        command.args(&self.arguments).args(self.takes_seconds.then(|| time.as_secs().to_string()));
        let text = run_beside(command).await?;
        rate_after(self.before_rate, &text).with_context(|| format!("no rate: {text}"))
    }
}

/// Memory, passes, lanes, threads.
fn hash_arguments(cost: Cost) -> Vec<String> {
    let numbers = [cost.memory_kib, cost.passes, cost.lanes].map(|number| number.to_string());
    numbers.into_iter().chain([cores().to_string()]).collect()
}

fn rate_after(before: &str, text: &str) -> Option<f64> {
    let rate = text.split_once(before)?.1.trim_start();
    rate.split(|it: char| !it.is_ascii_digit() && it != '.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let text = "latency average = 0.4 ms\ntps = 4851.250000 (without initial connection time)\n";
        assert_eq!(rate_after("tps = ", text), Some(4851.25));
        assert_eq!(rate_after("\"a_second\":", "{\"a_second\": 2.5}\n"), Some(2.5));
        assert_eq!((rate_after("tps = ", "tps"), rate_after("tps = ", "tps = ")), (None, None));
    }
}
