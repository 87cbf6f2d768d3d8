use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ore_domain::Store;
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions};
use tempfile::TempDir;

use crate::InlineStore;

/// A migrated store on SQLite in a file or on PostgreSQL, together with its file or database.
pub struct TestStore {
    database: Arc<InlineStore<Database>>,
    _home: DatabaseLocation,
}

enum DatabaseLocation {
    Directory { _directory: TempDir },
    Server { _database: TemporaryDatabase },
}

impl TestStore {
    /// A store on SQLite.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:///{}", directory.path().join("app.db").display());
        Self::new(&url, DatabaseLocation::Directory { _directory: directory })
    }

    /// A store on PostgreSQL.
    pub fn postgres() -> Self {
        let database = TemporaryDatabase::migrated();
        Self::new(&database.url(), DatabaseLocation::Server { _database: database })
    }

    /// Long timeouts, so that no test fails on a busy machine.
    fn new(url: &str, home: DatabaseLocation) -> Self {
        let (url, long) = (url.parse().unwrap(), Duration::from_mins(1));
        let options = DatabaseOptions {
            acquire_timeout: long,
            lock_timeout: long,
            statement_timeout: long,
            use_timeout: long,
            ..DatabaseOptions::new(url, NonZeroU32::new(8).unwrap())
        };
        let database = Database::new(options);
        database.migrate().unwrap();
        Self { database: Arc::new(InlineStore::new(database)), _home: home }
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.database) as Arc<dyn Store>
    }

    /// Runs statements on the database, beside the service.
    pub fn execute(&self, statements: &str) {
        self.database.execute(statements).unwrap();
    }
}
