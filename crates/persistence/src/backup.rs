use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf, absolute};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::StoreError;
use r2d2::ManageConnection;

use crate::any_connection::AnyConnection;
use crate::connect::Timeouts;
use crate::connection::DatabaseConnection;
use crate::database::Database;

/// Reading waits for no writer, except shortly for one that takes the log back into the database.
const TIMEOUTS: Timeouts = Timeouts { lock: Duration::from_secs(1), statement: None };

/// Why there is no backup. No file is left, and one that was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// PostgreSQL has a tool of its own, with more to say than one path.
    #[error("a PostgreSQL database is backed up with pg_dump")]
    NotSqlite,
    /// The file cannot be made; one that is there is never overwritten.
    #[error("cannot write the backup {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        #[source]
        error: io::Error,
    },
    /// The database is away or full, or cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Database {
    /// Copies a SQLite database to a new file while it is in use: the copy is as the database was at one moment, holds
    /// everything that was committed before, is compact, and only its owner may read it.
    ///
    /// # Errors
    /// Any [`BackupError`].
    pub fn backup(&self, to: &Path) -> Result<(), BackupError> {
        if self.is_postgres() {
            return Err(BackupError::NotSqlite);
        }
        let file_error = |error| BackupError::File { path: to.to_owned(), error };
        // SQLite would take a name that begins with `file:` for one of its URIs.
        let path = absolute(to).map_err(file_error)?;
        let text = path.to_str().ok_or_else(|| file_error(io::Error::other("the path is not UTF-8")))?;
        // SQLite fills an empty file: so nothing is overwritten, and nobody else can read the copy at any time.
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(file_error)?;
        self.copy_into(text).inspect_err(|_| {
            // The first failure is the one to report.
            let _ = fs::remove_file(&path);
        })?;
        Ok(())
    }

    fn copy_into(&self, path: &str) -> Result<(), StoreError> {
        if self.is_memory() {
            return copy(&mut *self.acquire(self.acquire_deadline())?, path);
        }
        copy(&mut self.manager.to_read(TIMEOUTS).connect().map_err(StoreError::unavailable)?, path)
    }
}

fn copy(connection: &mut DatabaseConnection, path: &str) -> Result<(), StoreError> {
    // To SQLite a copy is a change, though not of what is copied.
    connection.query(|inner| inner.batch_execute("PRAGMA query_only = OFF"))?;
    let copy = diesel::sql_query("VACUUM INTO ?").bind::<Text, _>(path);
    connection.query(|connection| match connection {
        AnyConnection::Sqlite(connection) => copy.execute(connection),
        AnyConnection::Postgres(_) => Err(diesel::result::Error::NotFound),
    })?;
    Ok(())
}
