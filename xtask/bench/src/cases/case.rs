//! The list of cases.

use anyhow::Result;
use clap::ValueEnum;

use super::{
    growth, health, latency, lists, login, me, me_under_flood, memory, predecessor, refresh, replicas, start, timing,
    users, workers,
};
use crate::context::Context;

/// The cases, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Case {
    /// Answers of /health a second, with and without the access log, beside a bare server
    Health,
    /// Answers of /api/v1/auth/me a second, on both databases, beside a bare server
    Me,
    /// Log-ins a second, beside a plain loop around the hash and the C library
    Login,
    /// Refreshes a second, on both databases, beside a plain loop of the same statements
    Refresh,
    /// Whether the time of an answer tells which addresses have accounts
    Timing,
    /// How long /api/v1/auth/me takes at fixed rates
    Latency,
    /// The same while more log in than can be served
    MeUnderFlood,
    /// Log-ins and /api/v1/auth/me with few users and with many, on both databases
    Users,
    /// Pages of the list of users with few users and with many, on both databases
    Lists,
    /// Log-ins, refreshes and /api/v1/auth/me with a short audit log and few sessions, and with very many, on both databases
    Growth,
    /// Log-ins, refreshes and /api/v1/auth/me beside another build of the service, given by --beside
    Predecessor,
    /// What a request costs with one worker and with more
    Workers,
    /// What a request costs with 1, 2 and 4 replicas behind haproxy, on one PostgreSQL
    Replicas,
    /// Memory at rest and under each load
    Memory,
    /// From the start of the process to its first answer that it is ready
    Start,
}

impl Case {
    /// Measures.
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::Health => health::run(context).await,
            Self::Me => me::run(context).await,
            Self::Login => login::run(context).await,
            Self::Refresh => refresh::run(context).await,
            Self::Timing => timing::run(context).await,
            Self::Latency => latency::run(context).await,
            Self::MeUnderFlood => me_under_flood::run(context).await,
            Self::Users => users::run(context).await,
            Self::Lists => lists::run(context).await,
            Self::Growth => growth::run(context).await,
            Self::Predecessor => predecessor::run(context).await,
            Self::Workers => workers::run(context).await,
            Self::Replicas => replicas::run(context).await,
            Self::Memory => memory::run(context).await,
            Self::Start => start::run(context).await,
        }
    }
}
