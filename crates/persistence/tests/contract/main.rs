//! What every store promises, on SQLite in a file and in memory and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic here is the failure of a test")]

mod api_keys;
mod audit_log;
mod caches;
mod idempotent_calls;
mod impersonations;
mod login_failures;
mod outbox;
mod passkeys;
mod revocations;
mod roles;
mod second_factors;
mod sessions;
mod signing_keys;
mod support;
mod transactions;
mod user_imports;
mod user_list;
mod users;
