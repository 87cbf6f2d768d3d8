use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use crate::connect::{Timeouts, open};
use crate::connection::DatabaseConnection;
use crate::options::Pooler;
use crate::testing::TemporaryDatabase;
use crate::url::Location;
use crate::{Database, DatabaseOptions, DatabaseUrl};

pub(crate) const TIMEOUTS: Timeouts = Timeouts { lock: Duration::from_millis(50), statement: None };

/// A connection to a file in the directory, which is migrated.
pub(crate) fn migrated_connection(directory: &TempDir) -> DatabaseConnection {
    let url = format!("sqlite:///{}", path(directory)).parse().unwrap();
    Database::new(DatabaseOptions::new(url, 1.try_into().unwrap())).migrate().unwrap();
    connection(directory)
}

/// Another connection to the same file.
pub(crate) fn connection(directory: &TempDir) -> DatabaseConnection {
    let inner = open(&Location::SqliteFile(path(directory)), TIMEOUTS, Pooler::None).unwrap();
    DatabaseConnection::new(inner, TIMEOUTS, Arc::default())
}

/// A migrated PostgreSQL database.
pub(crate) fn migrated_postgres() -> TemporaryDatabase {
    let database = TemporaryDatabase::create();
    let url = database.url().parse().unwrap();
    Database::new(DatabaseOptions::new(url, 1.try_into().unwrap())).migrate().unwrap();
    database
}

/// A connection to it.
pub(crate) fn postgres_connection(database: &TemporaryDatabase) -> DatabaseConnection {
    let url: DatabaseUrl = database.url().parse().unwrap();
    DatabaseConnection::new(open(&url.location, TIMEOUTS, Pooler::None).unwrap(), TIMEOUTS, Arc::default())
}

fn path(directory: &TempDir) -> String {
    directory.path().join("app.db").to_str().unwrap().to_owned()
}
