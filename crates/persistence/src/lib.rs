//! The stores of the ORE backend on SQLite and PostgreSQL: connections, transactions, repositories and migrations.
//!
//! Plain synchronous Rust behind the ports of `ore-domain`: anyone who uses it decides on which threads it may block.

mod adopt;
mod adoption;
mod any_connection;
mod api_key_rows;
mod audit_rows;
mod backup;
mod connect;
mod connection;
mod database;
mod encoding;
mod error;
mod execution;
mod file_access;
mod group_commit;
mod import_rows;
mod lenient;
mod mail_rows;
mod manager;
mod migrate;
mod migration_error;
mod options;
mod outcomes;
mod passkey_row;
mod peer_users;
mod pool;
mod pooler;
mod postgres_hosts;
mod postgres_parameters;
mod probe;
mod probe_slot;
#[cfg(test)]
mod query_plans;
mod rate_limits;
mod read_transaction;
mod repositories;
mod role_rows;
mod schema;
mod second_factor_rows;
mod session_row;
mod sqlite_file;
mod static_query;
mod stored_timestamp;
#[cfg(test)]
mod test_support;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod timed_mutex;
mod transaction;
mod trial;
mod url;
mod url_error;
mod user_row;
mod write_lock;

pub use adoption::{AddressRepairs, AdoptionPreview, Collision, Listing, Obstacle, RefusedAddress, StoredAddress};
pub use backup::BackupError;
pub use database::Database;
pub use encoding::UnfitEncoding;
pub use file_access::ExposedFile;
pub use migrate::MigrationState;
pub use migration_error::MigrationError;
pub use options::{DatabaseOptions, Pooler};
pub use peer_users::{ListedPeerUser, PeerUser};
pub use probe_slot::SchemaState;
pub use rate_limits::RateLimitTable;
pub use url::DatabaseUrl;
pub use url_error::{DatabaseUrlError, ParameterName};
pub use write_lock::{LockTimeout, WriteLockError};
