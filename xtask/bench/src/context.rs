//! What a case is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Database, Guard, Postgres, Tools, say};

use crate::report::{Row, Spread};

/// As much memory as a small server of its own has; the rest is PostgreSQL's default, and a commit is on the disk before
/// it is acknowledged.
const POSTGRES_SETTINGS: &str = "max_connections = 200
shared_buffers = 512MB
";

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) is_quick: bool,
    /// How often each thing is measured, in turn with what it is compared with.
    pub(crate) rounds: usize,
    /// How many users the largest database has.
    pub(crate) users: u64,
    /// How often each class is measured whose times must be alike.
    pub(crate) samples: usize,
}

/// Tools, places, and the list of what was measured.
pub(crate) struct Context {
    tools: Tools,
    guard: Guard,
    pace: Pace,
    case: String,
    directory: PathBuf,
    logs: PathBuf,
    rows: Mutex<Vec<Row>>,
}

impl Context {
    /// Makes the directories of a case.
    pub(crate) fn new(tools: &Tools, guard: &Guard, pace: Pace, case: &str) -> Result<Self> {
        let (directory, logs) = (guard.directory().join(case), tools.logs.join(case));
        for directory in [&directory, &logs] {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        let (tools, guard, case) = (tools.clone(), guard.clone(), case.to_owned());
        Ok(Self { tools, guard, pace, case, directory, logs, rows: Mutex::default() })
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// For files of this case.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file for what a process complains about.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    pub(crate) fn rounds(&self) -> usize {
        self.pace.rounds
    }

    pub(crate) fn users(&self) -> u64 {
        self.pace.users
    }

    pub(crate) fn samples(&self) -> usize {
        self.pace.samples
    }

    /// The first in a quick run, the second in a full one.
    pub(crate) fn choose<T>(&self, quick: T, full: T) -> T {
        if self.pace.is_quick { quick } else { full }
    }

    /// How long each round measures each thing.
    pub(crate) fn time(&self) -> Duration {
        self.choose(Duration::from_secs(1), Duration::from_secs(5))
    }

    /// Tells the person who waits.
    pub(crate) fn step(&self, message: &str) {
        say(&format!("    {}: {message}", self.case));
    }

    /// Puts a line into the table.
    pub(crate) fn record(&self, row: Row) {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// Puts a line into the table that says how a rate compares with that of something else in the same rounds.
    pub(crate) fn record_rate(&self, row: Row, rates: &[f64], (with, others): (&str, &[f64])) {
        self.record(row.compared(with, Spread::of_ratios(rates, others)));
    }

    /// Everything that was measured.
    pub(crate) fn into_measured(self) -> Vec<Row> {
        self.rows.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// An SQLite file of this name that does not exist yet.
    pub(crate) fn sqlite(&self, name: &str) -> Result<Database> {
        let program = self.tools.get("sqlite3")?.to_owned();
        Ok(Database::Sqlite { file: self.directory.join(format!("{name}.db")), program })
    }

    /// An empty database on a PostgreSQL server of its own.
    pub(crate) async fn postgres(&self) -> Result<Database> {
        let server = Postgres::start(&self.guard, self.tools.postgres_plan(POSTGRES_SETTINGS)?).await?;
        let name = "bench".to_owned();
        server.create_database(&name)?;
        Ok(Database::Postgres { server, name })
    }
}
