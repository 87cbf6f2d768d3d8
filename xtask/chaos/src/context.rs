//! What a scenario is given.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use ore_harness::{Database, Lab, ServicePlan};
use serde_json::{Map, Value};

/// No scenario cuts the power; whatever else happens, a commit that was acknowledged stays.
const POSTGRES_SETTINGS: &str = "max_connections = 200
fsync = off
synchronous_commit = on
";

/// The cheapest Argon2 there is (RFC 9106, 3.1), and no limits: they are the subject of few scenarios, which set them again.
const SETTINGS: [(&str, &str); 5] = [
    ("BACKEND_ENVIRONMENT", "testing"),
    ("BACKEND_ARGON2_MEMORY_KIB", "8"),
    ("BACKEND_ARGON2_TIME_COST", "1"),
    ("BACKEND_ARGON2_PARALLELISM", "1"),
    ("BACKEND_RATE_LIMIT_ENABLED", "false"),
];

/// Limits that are counted and never reached.
pub(crate) const HIGH_LIMITS: [(&str, &str); 4] = [
    ("BACKEND_RATE_LIMIT_ENABLED", "true"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_TOTAL_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_GENERAL_BURST", "10000000"),
];

/// Tools, places, and the list of what was measured.
pub(crate) struct Context {
    lab: Lab,
    /// What chance begins with.
    pub(crate) seed: u64,
    measured: Mutex<Map<String, Value>>,
}

impl Deref for Context {
    type Target = Lab;

    fn deref(&self) -> &Lab {
        &self.lab
    }
}

/// A service on a database.
pub(crate) fn service(name: impl Into<String>, database_url: &str) -> ServicePlan {
    ServicePlan::new(name, &SETTINGS, database_url)
}

impl Context {
    pub(crate) fn new(lab: Lab, seed: u64) -> Self {
        Self { lab, seed, measured: Mutex::default() }
    }

    fn figures(&self) -> MutexGuard<'_, Map<String, Value>> {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of a figure for the table, whether the scenario passes or fails.
    pub(crate) fn measure(&self, name: &str, value: impl Into<Value>) {
        self.figures().insert(name.to_owned(), value.into());
    }

    /// Adds to a figure of the table.
    pub(crate) fn add(&self, name: &str, more: usize) {
        let mut figures = self.figures();
        let sum = figures.get(name).and_then(Value::as_u64).unwrap_or(0) + u64::try_from(more).unwrap_or(u64::MAX);
        figures.insert(name.to_owned(), sum.into());
    }

    /// Takes note of a time in whole milliseconds, unless a longer one stands there.
    pub(crate) fn measure_time(&self, name: &str, time: Duration) {
        let (name, time) = (format!("{name}_ms"), u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let mut figures = self.figures();
        let longest = figures.get(&name).and_then(Value::as_u64).unwrap_or(0).max(time);
        figures.insert(name, longest.into());
    }

    /// Everything that was measured.
    pub(crate) fn into_measured(self) -> Map<String, Value> {
        self.measured.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// An SQLite file that does not exist yet.
    pub(crate) fn sqlite(&self) -> Result<Database> {
        self.lab.sqlite("app")
    }

    /// As [`Self::sqlite`], in another directory.
    pub(crate) fn sqlite_in(&self, directory: &Path) -> Result<Database> {
        self.lab.sqlite_in(directory, "app")
    }

    /// An empty database on a PostgreSQL server of its own.
    pub(crate) fn postgres(&self) -> Result<Database> {
        self.postgres_with(POSTGRES_SETTINGS)
    }
}
