//! The promises of a store on PostgreSQL: its contract, its locks, and what it does when the server does not.
#![allow(clippy::unwrap_used, reason = "a failure of a helper is the failure of the test")]

mod bad_connections;
mod cluster;
mod connection_limit;
mod encodings;
mod failover;
mod isolation;
mod locks;
mod pooler;
mod readiness;
mod refusals;
mod slow_queries;
mod support;
#[cfg(feature = "pg-tls")]
mod tls;
#[cfg(feature = "pg-tls")]
mod tls_server;
