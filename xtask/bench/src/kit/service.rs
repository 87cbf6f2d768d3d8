//! The service as it is deployed, and the server it is compared with.

use std::fmt::{self, Display, Formatter};

use anyhow::Result;
use ore_harness::{Answer, Service, ServicePlan, cores};

use crate::context::Context;

/// Its limits count as ever, and nobody reaches them.
const SETTINGS: [(&str, &str); 7] = [
    ("BACKEND_ENVIRONMENT", "staging"),
    ("BACKEND_RATE_LIMIT_GENERAL_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_GENERAL_PER_MINUTE", "10000000"),
    ("BACKEND_RATE_LIMIT_ADDRESS_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "10000000"),
    ("BACKEND_RATE_LIMIT_TOTAL_BURST", "10000000"),
    ("BACKEND_RATE_LIMIT_TOTAL_PER_MINUTE", "10000000"),
];

/// Headers that the bare server sends anyway, or that only the answer to a probe has.
const OF_EVERY_SERVER: [&str; 4] = ["connection", "content-length", "content-type", "date"];

/// What one Argon2id hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Cost {
    /// The service's default, which is that of argon2-cffi.
    pub(crate) const DEFAULT: Self = Self { memory_kib: 65_536, passes: 3, lanes: 4 };
    /// The least that production may use (OWASP Password Storage Cheat Sheet).
    pub(crate) const PRODUCTION_MINIMUM: Self = Self { memory_kib: 19_456, passes: 2, lanes: 1 };
    /// The cheapest there is (RFC 9106, 3.1), where a hash would hide what is measured.
    pub(crate) const LEAST: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };
}

impl Display for Cost {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "m={},t={},p={}", self.memory_kib, self.passes, self.lanes)
    }
}

/// The service on a database, with password hashes of this cost.
pub(crate) fn service(name: impl Into<String>, database_url: &str, cost: Cost) -> ServicePlan {
    ServicePlan::new(name, &SETTINGS, database_url)
        .collected()
        .with("BACKEND_ARGON2_MEMORY_KIB", cost.memory_kib.to_string())
        .with("BACKEND_ARGON2_TIME_COST", cost.passes.to_string())
        .with("BACKEND_ARGON2_PARALLELISM", cost.lanes.to_string())
}

/// Starts a server that answers everything with a body as long as that of the answer, and perhaps with its headers.
pub(crate) async fn start_bare(context: &Context, answer: &Answer, has_headers: bool) -> Result<Service> {
    let plan = ServicePlan::new("bare", &[], "").running(context.tools.get("bare")?);
    let (port, workers, length) = (plan.address().port(), cores(), answer.length);
    let mut arguments =
        vec![format!("--port={port}"), format!("--workers={workers}"), format!("--body-bytes={length}")];
    let is_asked_for = |name: &str| has_headers && !OF_EVERY_SERVER.contains(&name);
    for (name, value) in answer.headers.iter().filter(|(name, _)| is_asked_for(name.as_str())) {
        arguments.push(format!("--header={name}: {}", value.to_str()?));
    }
    plan.told(arguments).start_ready(context).await
}
