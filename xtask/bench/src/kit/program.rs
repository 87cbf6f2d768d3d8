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

/// A program whose last argument is for how many seconds it works.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    file: PathBuf,
    arguments: Vec<String>,
}

/// Whose session a connection of the loop of a refresh carries on.
pub(crate) fn loop_account(connection: usize) -> String {
    format!("loop-{connection}@bench.example")
}

impl Program {
    /// Hashes on all cores with the `argon2` crate, with memory that is kept, in one round of its own.
    pub(crate) fn rust_hashes(context: &Context, cost: Cost) -> Result<Self> {
        Ok(Self { file: context.tools.get("hash_loop")?.to_owned(), arguments: hash_arguments(cost) })
    }

    /// The same with the C library that argon2-cffi brings.
    pub(crate) fn c_hashes(context: &Context, cost: Cost) -> Result<Self> {
        Self::python(context, HASH_LOOP, hash_arguments(cost))
    }

    /// The statements of a refresh on so many connections, each with the session of its account; SQLite has one writer.
    pub(crate) fn exchanges(context: &Context, database: &Database, connections: usize) -> Result<Self> {
        match database {
            Database::Postgres { .. } => Self::postgres_exchanges(context, &database.url(), connections),
            Database::Sqlite { file, .. } => {
                let arguments = vec![file.display().to_string(), loop_account(0), "s".repeat(SEALED_BYTES)];
                Self::python(context, SQLITE_EXCHANGE, arguments)
            }
        }
    }

    fn python(context: &Context, script: &str, arguments: Vec<String>) -> Result<Self> {
        let arguments = [vec!["-c".to_owned(), script.to_owned()], arguments].concat();
        Ok(Self { file: context.tools.get("python")?.to_owned(), arguments })
    }

    fn postgres_exchanges(context: &Context, url: &str, connections: usize) -> Result<Self> {
        let script = context.file("exchange.sql", POSTGRES_EXCHANGE)?.display().to_string();
        let sealed = format!("sealed=\\x{}", "73".repeat(SEALED_BYTES));
        let (clients, threads) = (connections.to_string(), cores().min(connections).to_string());
        let options = ["--no-vacuum", "--protocol", "prepared", "--file", &script, "--define", "is_new=1", "--define"];
        let more = [&sealed, "--client", &clients, "--jobs", &threads, url, "--time"];
        let arguments = options.into_iter().chain(more).map(str::to_owned).collect();
        Ok(Self { file: context.tools.get("postgres")?.join("pgbench"), arguments })
    }

    /// How often a second.
    pub(crate) async fn rate(&self, time: Duration) -> Result<f64> {
        let mut command = Command::new(&self.file);
        command.args(&self.arguments).arg(time.as_secs().to_string());
        let text = run_beside(command).await?;
        rate_in(&text).with_context(|| format!("no rate: {text}"))
    }
}

/// Memory, passes, lanes, threads.
fn hash_arguments(cost: Cost) -> Vec<String> {
    let numbers = [cost.memory_kib, cost.passes, cost.lanes].map(|number| number.to_string());
    numbers.into_iter().chain([cores().to_string()]).collect()
}

/// As pgbench and the scripts print it, and as the example of `ore-security` does.
fn rate_in(text: &str) -> Option<f64> {
    let (_, rate) = text.split_once("tps = ").or_else(|| text.split_once("\"plain_hashes_per_second\":"))?;
    rate.split(|it: char| !it.is_ascii_digit() && it != '.').next()?.parse().ok()
}
