//! What a scenario is given.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context as _, Result};
use ore_harness::{Database, Guard, Postgres, Tools, say};
use serde_json::{Map, Value};

/// No scenario cuts the power; whatever else happens, a commit that was acknowledged stays.
const POSTGRES_SETTINGS: &str = "max_connections = 200
fsync = off
synchronous_commit = on
";

/// Tools, places, and the list of what was measured.
pub(crate) struct Context {
    tools: Tools,
    guard: Guard,
    is_quick: bool,
    seed: u64,
    /// For files of this scenario.
    directory: PathBuf,
    logs: PathBuf,
    started: Instant,
    measured: Mutex<Map<String, Value>>,
}

impl Context {
    /// Makes the directories of a scenario; logs of an earlier run are removed.
    pub(crate) fn new(tools: &Tools, (is_quick, seed): (bool, u64), guard: &Guard, name: &str) -> Result<Self> {
        let directory = guard.directory().join(name);
        let logs = tools.logs.join(name);
        let _ = fs::remove_dir_all(&logs);
        for directory in [&directory, &logs] {
            fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        let (tools, guard, measured) = (tools.clone(), guard.clone(), Mutex::default());
        Ok(Self { tools, guard, is_quick, seed, directory, logs, started: Instant::now(), measured })
    }

    pub(crate) fn tools(&self) -> &Tools {
        &self.tools
    }

    pub(crate) fn guard(&self) -> &Guard {
        &self.guard
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file for the log of a process.
    pub(crate) fn log(&self, name: &str) -> Result<PathBuf> {
        Ok(self.logs.canonicalize().context("the directory of the logs is gone")?.join(format!("{name}.log")))
    }

    /// Removes the logs, which nobody needs of a scenario that passed: they can be large.
    pub(crate) fn discard_logs(&self) {
        let _ = fs::remove_dir_all(&self.logs);
    }

    /// The seed of all random choices.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The first number in a quick run, the second in a full one.
    pub(crate) fn choose<T>(&self, quick: T, full: T) -> T {
        if self.is_quick { quick } else { full }
    }

    /// Tells the person who waits.
    pub(crate) fn step(&self, message: &str) {
        say(&format!("    {:6.1} s  {message}", self.started.elapsed().as_secs_f64()));
    }

    /// Prints a line that stays.
    pub(crate) fn line(&self, line: &str) {
        self.step(line);
    }

    /// Takes note of a figure for the table, whether the scenario passes or fails.
    pub(crate) fn measure(&self, name: &str, value: impl Into<Value>) {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.into());
    }

    /// Adds to a figure of the table.
    pub(crate) fn add(&self, name: &str, more: usize) {
        let mut measured = self.measured.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = measured.get(name).and_then(Value::as_u64).unwrap_or(0) + u64::try_from(more).unwrap_or(u64::MAX);
        measured.insert(name.to_owned(), sum.into());
    }

    /// Takes note of a time, in whole milliseconds.
    pub(crate) fn measure_time(&self, name: &str, time: std::time::Duration) {
        self.measure(&format!("{name}_ms"), u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    }

    /// Everything that was measured.
    pub(crate) fn into_measured(self) -> Map<String, Value> {
        self.measured.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// An SQLite file that does not exist yet.
    pub(crate) fn sqlite(&self) -> Result<Database> {
        self.sqlite_in(&self.directory)
    }

    /// As [`Self::sqlite`], in another directory.
    pub(crate) fn sqlite_in(&self, directory: &Path) -> Result<Database> {
        let program = self.tools.get("sqlite3")?.to_owned();
        Ok(Database::Sqlite { file: directory.join("app.db"), program })
    }

    /// An empty database on a PostgreSQL server of its own.
    pub(crate) async fn postgres(&self) -> Result<Database> {
        let server = Postgres::start(&self.guard, self.tools.postgres_plan(POSTGRES_SETTINGS)?).await?;
        let name = "chaos".to_owned();
        server.create_database(&name)?;
        Ok(Database::Postgres { server, name })
    }
}
