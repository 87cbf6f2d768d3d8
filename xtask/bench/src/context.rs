//! What a case is given.

use std::fmt::{self, Display, Formatter};
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use ore_harness::{Database, Lab};

use crate::report::Row;

/// As much memory as a small server of its own has; the rest is PostgreSQL's default, and a commit is on the disk before
/// it is acknowledged.
const POSTGRES_SETTINGS: &str = "max_connections = 200
shared_buffers = 512MB
";

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How often each thing is measured, in turn with what it is compared with.
    pub(crate) rounds: usize,
    /// How many users the largest database has.
    pub(crate) users: u64,
    /// How often each class is measured whose times must be alike.
    pub(crate) samples: usize,
}

/// The kinds of databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseKind {
    Sqlite,
    Postgres,
}

impl DatabaseKind {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];
}

impl Display for DatabaseKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(if *self == Self::Sqlite { "SQLite" } else { "PostgreSQL" })
    }
}

/// Tools and places, how much is measured, and the list of what was.
pub(crate) struct Context {
    lab: Lab,
    pub(crate) pace: Pace,
    rows: Mutex<Vec<Row>>,
}

impl Deref for Context {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.lab
    }
}

impl Context {
    pub(crate) fn new(lab: Lab, pace: Pace) -> Self {
        Self { lab, pace, rows: Mutex::default() }
    }

    /// How long each round measures each thing.
    pub(crate) fn time(&self) -> Duration {
        self.choose(Duration::from_secs(1), Duration::from_secs(5))
    }

    /// Puts a line into the table, and shows it to the person who waits.
    pub(crate) fn record(&self, row: Row) {
        self.step(&row.to_string());
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).push(row);
    }

    /// Everything that was measured.
    pub(crate) fn into_measured(self) -> Vec<Row> {
        self.rows.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// An empty database, where it is PostgreSQL on a server of its own.
    pub(crate) fn database(&self, kind: DatabaseKind, name: &str) -> Result<Database> {
        match kind {
            DatabaseKind::Sqlite => self.sqlite(name),
            DatabaseKind::Postgres => self.postgres_with(POSTGRES_SETTINGS),
        }
    }
}
