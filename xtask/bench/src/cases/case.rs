//! The list of cases.

use anyhow::Result;
use clap::ValueEnum;

use crate::context::Context;

/// Names, and the modules that measure.
macro_rules! cases {
    ($($(#[$document:meta])* $name:ident => $module:ident,)*) => {
        /// The cases, in the order in which they run.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(crate) enum Case {
            $($(#[$document])* $name,)*
        }

        impl Case {
            pub(crate) async fn run(self, context: &Context) -> Result<()> {
                match self {
                    $(Self::$name => super::$module::run(context).await,)*
                }
            }
        }
    };
}

cases! {
    /// Answers of /health a second, with and without the access log, beside a bare server
    Health => health,
    /// Answers of /api/v1/auth/me a second, on both databases, beside a bare server
    Me => me,
    /// Log-ins a second, beside a plain loop around the hash and the C library
    Login => login,
    /// Refreshes a second, on both databases, beside a plain loop of the same statements
    Refresh => refresh,
    /// Whether the time of an answer tells which addresses have accounts
    Timing => timing,
    /// How long /api/v1/auth/me takes at fixed rates
    Latency => latency,
    /// The same while more log in than can be served
    MeUnderFlood => me_under_flood,
    /// Log-ins and /api/v1/auth/me with few users and with many, on both databases
    Users => users,
    /// Pages of the list of users with few users and with many, on both databases
    Lists => lists,
    /// Log-ins, refreshes and /api/v1/auth/me with a short audit log and few sessions, and with very many, on both databases
    Growth => growth,
    /// Log-ins, refreshes and /api/v1/auth/me beside another build of the service, given by --beside
    Predecessor => predecessor,
    /// What a request costs with one worker and with more
    Workers => workers,
    /// What a request costs with 1, 2 and 4 replicas behind haproxy, on one PostgreSQL
    Replicas => replicas,
    /// Memory at rest and under each load
    Memory => memory,
    /// From the start of the process to its first answer that it is ready
    Start => start,
}
