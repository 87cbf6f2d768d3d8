//! What a scenario is given.

use std::cell::RefCell;
use std::ops::Deref;
use std::time::Duration;

use anyhow::Result;
use ore_harness::{Database, Lab, ServicePlan};
use serde_json::{Map, Value};

/// No scenario cuts the power; whatever else happens, a commit that was acknowledged stays.
const POSTGRES_SETTINGS: &str = "max_connections = 200
fsync = off
synchronous_commit = on
";

/// The cheapest Argon2 there is (RFC 9106, 3.1), and no limits, which the scenarios about them set again.
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
    measured: RefCell<Map<String, Value>>,
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
        Self { lab, seed, measured: RefCell::default() }
    }

    /// Takes note of a figure for the table, whether the scenario passes or fails.
    pub(crate) fn measure(&self, name: &str, value: impl Into<Value>) {
        self.measured.borrow_mut().insert(name.to_owned(), value.into());
    }

    /// Adds to a figure of the table.
    pub(crate) fn add(&self, name: &str, more: usize) {
        self.measure(name, self.measured(name) + u64::try_from(more).unwrap_or(u64::MAX));
    }

    /// Takes note of a time in whole milliseconds, unless a longer one stands there.
    pub(crate) fn measure_time(&self, name: &str, time: Duration) {
        let (name, time) = (format!("{name}_ms"), u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        self.measure(&name, self.measured(&name).max(time));
    }

    fn measured(&self, name: &str) -> u64 {
        self.measured.borrow().get(name).and_then(Value::as_u64).unwrap_or(0)
    }

    /// Everything that was measured.
    pub(crate) fn into_measured(self) -> Map<String, Value> {
        self.measured.into_inner()
    }

    /// An empty database on a PostgreSQL server of its own.
    pub(crate) fn postgres(&self) -> Result<Database> {
        self.postgres_with(POSTGRES_SETTINGS)
    }

    /// The same service, whose clock is so many seconds off. That of deadlines goes on as it does.
    pub(crate) fn with_clock_off(&self, plan: ServicePlan, seconds: i64) -> Result<ServicePlan> {
        let library = self.tools.get("faketime")?.display().to_string();
        let plan = plan.with("LD_PRELOAD", library).with("FAKETIME", format!("{seconds:+}s"));
        Ok(plan.with_all(&[("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1")]))
    }
}
