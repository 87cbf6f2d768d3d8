//! Programs that do one thing in a plain loop and print how fast.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use ore_harness::{Database, cores, run};

use super::Cost;
use crate::context::Context;

/// Hashes with argon2-cffi's C library.
const HASH_LOOP: &str = include_str!("hash_loop.py");
/// The statements of a refresh, in `pgbench` over libpq, and in Python over SQLite's library.
const POSTGRES_EXCHANGE: &str = include_str!("exchange.sql");
const SQLITE_EXCHANGE: &str = include_str!("exchange_loop.py");

/// As long as the sealed form of a refresh token.
const SEALED_BYTES: usize = 84;

/// A program, the seconds that it takes as its last argument, and what it prints before its rate.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: PathBuf,
    arguments: Vec<String>,
    /// None for one that takes a time of its own.
    time_option: Option<&'static str>,
    before_rate: &'static str,
}

/// Whose session a connection of the loop of a refresh carries on.
pub(crate) fn loop_account(connection: usize) -> String {
    format!("loop-{connection}@bench.example")
}

impl Program {
    /// Hashes on all cores with the `argon2` crate, with memory that is kept, in one round of its own.
    pub(crate) fn rust_hashes(context: &Context, cost: Cost) -> Result<Self> {
        let arguments = hash_arguments(cost).chain(["1".to_owned()]).collect();
        let file = context.tools.get("hash_loop")?.to_owned();
        Ok(Self { file, arguments, time_option: None, before_rate: "\"plain_hashes_per_second\":" })
    }

    /// The same with the C library that argon2-cffi brings.
    pub(crate) fn c_hashes(context: &Context, cost: Cost) -> Result<Self> {
        let arguments = ["-c".to_owned(), HASH_LOOP.to_owned()].into_iter().chain(hash_arguments(cost)).collect();
        let file = context.tools.get("python")?.to_owned();
        Ok(Self { file, arguments, time_option: Some(""), before_rate: "\"hashes_per_second\":" })
    }

    /// The statements of a refresh on so many connections, each with the session of its account.
    pub(crate) fn exchanges(context: &Context, database: &Database, connections: usize) -> Result<Self> {
        let file = match database {
            Database::Postgres { .. } => return Self::postgres_exchanges(context, &database.url(), connections),
            Database::Sqlite { .. } if connections != 1 => bail!("SQLite has one writer at a time"),
            Database::Sqlite { file, .. } => file.display().to_string(),
        };
        let arguments =
            vec!["-c".to_owned(), SQLITE_EXCHANGE.to_owned(), file, loop_account(0), "s".repeat(SEALED_BYTES)];
        let file = context.tools.get("python")?.to_owned();
        Ok(Self { file, arguments, time_option: Some(""), before_rate: "\"exchanges_per_second\":" })
    }

    fn postgres_exchanges(context: &Context, url: &str, connections: usize) -> Result<Self> {
        let script = context.file("exchange.sql", POSTGRES_EXCHANGE)?.display().to_string();
        let sealed = format!("sealed=\\x{}", "73".repeat(SEALED_BYTES));
        let (clients, threads) = (connections.to_string(), cores().min(connections).to_string());
        let arguments =
            ["--no-vacuum", "--protocol", "prepared", "--file", &script, "--define", "is_new=1", "--define"];
        let counts = [&sealed, "--client", &clients, "--jobs", &threads, url];
        let arguments = arguments.into_iter().chain(counts).map(str::to_owned).collect();
        let file = context.tools.get("postgres")?.join("pgbench");
        Ok(Self { file, arguments, time_option: Some("--time="), before_rate: "tps = " })
    }

    /// How often a second.
    pub(crate) async fn rate(&self, time: Duration) -> Result<f64> {
        let mut command = Command::new(&self.file);
        command.args(&self.arguments);
        command.args(self.time_option.map(|option| format!("{option}{}", time.as_secs())));
        let text = tokio::task::spawn_blocking(move || run(&mut command)).await??;
        rate_after(self.before_rate, &text).with_context(|| format!("no rate: {text}"))
    }
}

/// Memory, passes, lanes, threads.
fn hash_arguments(cost: Cost) -> impl Iterator<Item = String> {
    let numbers = [cost.memory_kib, cost.passes, cost.lanes].map(|number| number.to_string());
    numbers.into_iter().chain([cores().to_string()])
}

fn rate_after(before: &str, text: &str) -> Option<f64> {
    let rate = text.split_once(before)?.1.trim_start();
    rate[..rate.find(|it: char| !it.is_ascii_digit() && it != '.').unwrap_or(rate.len())].parse().ok()
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
