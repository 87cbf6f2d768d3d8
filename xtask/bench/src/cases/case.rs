//! The list of cases.

use ore_harness::parts;

use crate::context::Context;

parts! {
    /// The cases, in the order in which they run.
    enum Case of Context;
    /// Answers of /health a second, with and without the access log, beside a bare server
    Health => super::health::run,
    /// Answers of /api/v1/auth/me a second, on both databases, beside a bare server
    Me => super::me::run,
    /// Log-ins a second, beside a plain loop around the hash and the C library
    Login => super::login::run,
    /// Refreshes a second, on both databases, beside a plain loop of the same statements
    Refresh => super::refresh::run,
    /// Whether the time of an answer tells which addresses have accounts
    Timing => super::timing::run,
    /// How long /api/v1/auth/me takes at fixed rates
    Latency => super::latency::run,
    /// The same while more log in than can be served
    MeUnderFlood => super::me_under_flood::run,
    /// Log-ins and /api/v1/auth/me with few users and with many, on both databases
    Users => super::users::run,
    /// Pages of the list of users with few users and with many, on both databases
    Lists => super::lists::run,
    /// Log-ins, refreshes and /api/v1/auth/me with a short audit log and few sessions, and with very many, on both databases
    Growth => super::growth::run,
    /// Log-ins, refreshes and /api/v1/auth/me beside another build of the service, given by --beside
    Predecessor => super::predecessor::run,
    /// What a request costs with one worker and with more
    Workers => super::workers::run,
    /// What a request costs with 1, 2 and 4 replicas behind haproxy, on one PostgreSQL
    Replicas => super::replicas::run,
    /// Memory at rest and under each load
    Memory => super::memory::run,
    /// From the start of the process to its first answer that it is ready
    Start => super::start::run,
}
