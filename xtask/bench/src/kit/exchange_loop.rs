//! The statements of a refresh and nothing else, in a plain loop.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use ore_harness::{Database, run};
use serde::Deserialize;

use crate::context::Context;
use crate::report::cores;

/// Runs in `pgbench`, over libpq.
const POSTGRES_SCRIPT: &str = include_str!("exchange.sql");
/// Runs in Python, over SQLite's library.
const SQLITE_LOOP: &str = include_str!("exchange_loop.py");

/// As long as the sealed form of a refresh token.
const SEALED_BYTES: usize = 84;

/// A program that exchanges tokens in the database and prints how fast.
#[derive(Debug, Clone)]
pub(crate) struct ExchangeLoop {
    program: PathBuf,
    arguments: Vec<String>,
    /// The option that says how many seconds, or none where they are just the last argument.
    time_option: Option<&'static str>,
    rate: fn(&str) -> Option<f64>,
}

/// The account whose session a connection of the loop refreshes.
pub(crate) fn loop_account(connection: usize) -> String {
    format!("loop-{connection}@bench.example")
}

impl ExchangeLoop {
    /// Runs the loop on this number of connections, each with the session of its account.
    pub(crate) fn new(context: &Context, database: &Database, connections: usize) -> Result<Self> {
        match database {
            Database::Postgres { .. } => Self::postgres(context, &database.url(), connections),
            Database::Sqlite { .. } if connections != 1 => bail!("SQLite has one writer at a time"),
            Database::Sqlite { file, .. } => {
                let (file, account, sealed) = (file.display().to_string(), loop_account(0), "s".repeat(SEALED_BYTES));
                let arguments = ["-c".to_owned(), SQLITE_LOOP.to_owned(), file, account, sealed];
                let (program, arguments) = (context.tools().get("python")?.to_owned(), arguments.to_vec());
                Ok(Self { program, arguments, time_option: None, rate: printed_rate })
            }
        }
    }

    fn postgres(context: &Context, url: &str, connections: usize) -> Result<Self> {
        let script = context.directory().join("exchange.sql");
        std::fs::write(&script, POSTGRES_SCRIPT).with_context(|| format!("cannot write {}", script.display()))?;
        let script = script.display().to_string();
        let sealed = format!("sealed=\\x{}", "73".repeat(SEALED_BYTES));
        let (clients, threads) = (connections.to_string(), cores().min(connections).to_string());
        let arguments =
            ["--no-vacuum", "--protocol", "prepared", "--file", &script, "--define", "is_new=1", "--define"];
        let counts = [&sealed, "--client", &clients, "--jobs", &threads, url];
        Ok(Self {
            program: context.tools().get("postgres")?.join("pgbench"),
            arguments: arguments.into_iter().chain(counts).map(str::to_owned).collect(),
            time_option: Some("--time"),
            rate: pgbench_rate,
        })
    }

    /// Exchanges a second.
    pub(crate) async fn rate(&self, time: Duration) -> Result<f64> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).args(self.time_option).arg(time.as_secs().to_string());
        let text = tokio::task::spawn_blocking(move || run(&mut command)).await??;
        (self.rate)(&text).with_context(|| format!("no rate of exchanges: {text}"))
    }
}

fn printed_rate(text: &str) -> Option<f64> {
    #[derive(Deserialize)]
    struct Printed {
        exchanges_per_second: f64,
    }
    serde_json::from_str(text).ok().map(|Printed { exchanges_per_second }| exchanges_per_second)
}

/// `tps = 1234.567890 (without initial connection time)` is a line of what `pgbench` prints.
fn pgbench_rate(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let text = "latency average = 0.4 ms\ntps = 4851.250000 (without initial connection time)\n";
        assert_eq!(pgbench_rate(text), Some(4851.25));
        assert_eq!(printed_rate("{\"exchanges_per_second\": 2.5}\n"), Some(2.5));
        assert_eq!((pgbench_rate("tps"), printed_rate("")), (None, None));
    }
}
