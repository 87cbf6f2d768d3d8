//! The promises of a store, of migrations and of readiness, on SQLite.
#![allow(clippy::unwrap_used, reason = "a failure of a helper is the failure of the test")]

mod availability;
mod backup;
mod broken_files;
mod migrations;
mod processes;
mod support;
mod write_lock;
