use std::num::NonZeroU32;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::Duration;

use diesel::{Connection, SqliteConnection};
use ore_persistence::{Database, DatabaseOptions};
use ore_testkit::InlineStore;
use tempfile::TempDir;

/// A directory with a database file, gone with the value.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("app.db")
    }

    /// Patient, so that a busy machine fails no test.
    pub(crate) fn options(&self) -> DatabaseOptions {
        let url = format!("sqlite:///{}", self.file().display()).parse().unwrap();
        with_long_timeouts(DatabaseOptions::new(url, NonZeroU32::new(4).unwrap()))
    }

    pub(crate) fn database(&self) -> Database {
        Database::new(self.options())
    }

    /// A connection of nobody's, to look from outside.
    pub(crate) fn outsider(&self) -> SqliteConnection {
        SqliteConnection::establish(self.file().to_str().unwrap()).unwrap()
    }
}

pub(crate) fn with_long_timeouts(options: DatabaseOptions) -> DatabaseOptions {
    DatabaseOptions { acquire_timeout: Duration::from_mins(1), lock_timeout: Duration::from_mins(1), ..options }
}

/// A migrated store in a file.
pub(crate) struct FileStore {
    store: InlineStore<Database>,
    pub(crate) directory: Directory,
}

impl FileStore {
    pub(crate) fn new() -> Self {
        let directory = Directory::new();
        let database = directory.database();
        database.migrate().unwrap();
        Self { store: InlineStore::new(database), directory }
    }
}

impl Deref for FileStore {
    type Target = InlineStore<Database>;

    fn deref(&self) -> &InlineStore<Database> {
        &self.store
    }
}

/// A migrated store in memory.
pub(crate) fn memory_store() -> InlineStore<Database> {
    let options = DatabaseOptions::new("sqlite://".parse().unwrap(), NonZeroU32::new(4).unwrap());
    let database = Database::new(with_long_timeouts(options));
    database.migrate().unwrap();
    InlineStore::new(database)
}
