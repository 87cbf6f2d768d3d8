//! The stores of the ORE backend on SQLite and PostgreSQL: connections, transactions, repositories and migrations.
//!
//! Plain synchronous Rust behind the ports of `ore-domain`: whoever uses it decides on which threads it may block.

mod any_connection;
mod connect;
mod connection;
mod database;
mod error;
mod manager;
mod migrate;
mod options;
mod postgres_parameters;
mod probe;
mod repositories;
mod schema;
mod stored_timestamp;
#[cfg(test)]
mod test_support;
mod transaction;
mod turnstile;
mod url;
mod user_row;

pub use database::Database;
pub use migrate::{MigrationError, MigrationState};
pub use options::DatabaseOptions;
pub use probe::Readiness;
pub use url::{DatabaseUrl, DatabaseUrlError, ParameterName};
