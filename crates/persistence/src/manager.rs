use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::{ConnectionError, ConnectionResult};
use ore_domain::Breaker;
use ore_domain::StoreError;
use r2d2::ManageConnection;

use crate::connect::{Timeouts, open, open_to_read};
use crate::connection::{ConnectionErrors, DatabaseConnection};
use crate::options::{DatabaseOptions, Pooler};
use crate::outcomes::FAILURES_OF_AN_OUTAGE;
use crate::sqlite_file::FileIdentity;
use crate::url::Location;

/// Makes connections to one database, for the pool and for anyone who needs one of its own.
#[derive(Clone)]
pub(crate) struct ConnectionManager {
    location: Location,
    timeouts: Timeouts,
    pooler: Pooler,
    only_reads: bool,
    trust_time: Duration,
    losses: Arc<ConnectionErrors>,
    breaker: Arc<Breaker>,
    file: Arc<FileIdentity>,
}

impl ConnectionManager {
    /// With `only_reads`, a SQLite file is neither made nor changed, and a standby of PostgreSQL is as good as its primary.
    pub(crate) fn new(options: &DatabaseOptions) -> Self {
        Self {
            location: options.url.location.clone(),
            timeouts: Timeouts { lock: options.lock_timeout, statement: Some(options.statement_timeout) },
            pooler: options.pooler,
            only_reads: options.only_reads,
            trust_time: options.trust_time,
            losses: Arc::default(),
            breaker: Arc::new(Breaker::new(FAILURES_OF_AN_OUTAGE)),
            file: Arc::default(),
        }
    }

    /// The timeouts of its connections.
    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// The breaker for attempts to connect, shared with clones.
    pub(crate) fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// The same for anyone who changes nothing, with other timeouts.
    pub(crate) fn to_read(&self, timeouts: Timeouts) -> Self {
        Self { only_reads: true, ..self.with_timeouts(timeouts) }
    }

    /// The same for an empty database that ends with its connection.
    pub(crate) fn in_memory(self) -> Self {
        Self { location: Location::SqliteMemory, ..self }
    }

    /// The same with other timeouts.
    pub(crate) fn with_timeouts(&self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self.clone() }
    }

    /// Fails when the file of a SQLite database is no longer the one that this process has opened.
    pub(crate) fn check_file(&self) -> Result<(), StoreError> {
        match &self.location {
            Location::SqliteFile(path) => self.file.check(path).map_err(StoreError::unavailable),
            Location::SqliteMemory | Location::Postgres(_) => Ok(()),
        }
    }

    /// Whether a connection that is no good can be given up for another. A database in memory would go with it.
    pub(crate) fn can_reconnect(&self) -> bool {
        !matches!(self.location, Location::SqliteMemory)
    }

    /// Replaces a broken connection. The old one is closed first, because the server may accept no further one.
    /// The breaker does not count it.
    pub(crate) fn reconnect(&self, connection: &mut DatabaseConnection) -> ConnectionResult<()> {
        connection.close()?;
        *connection = self.open()?;
        Ok(())
    }

    fn open(&self) -> ConnectionResult<DatabaseConnection> {
        self.check_file().map_err(|error| ConnectionError::BadConnection(error.to_string()))?;
        let inner = match &self.location {
            Location::SqliteFile(path) if self.only_reads => open_to_read(path, self.timeouts)?,
            location => open(location, self.timeouts, self.pooler)?,
        };
        if let Location::SqliteFile(path) = &self.location {
            self.file.record(path);
        }
        let mut connection = DatabaseConnection::new(inner, self.timeouts, Arc::clone(&self.losses));
        connection.local_settings = (self.pooler == Pooler::Transaction).then(|| self.timeouts.settings("SET LOCAL"));
        if !self.only_reads {
            checked(connection.refuse_standby())?;
        }
        Ok(connection)
    }
}

impl ManageConnection for ConnectionManager {
    type Connection = DatabaseConnection;
    type Error = ConnectionError;

    fn connect(&self) -> ConnectionResult<DatabaseConnection> {
        let attempt = self.open();
        self.breaker.record(&attempt, Instant::now());
        attempt
    }

    fn is_valid(&self, connection: &mut DatabaseConnection) -> ConnectionResult<()> {
        let Location::Postgres(server) = &self.location else {
            return checked(connection.check_after_losses(false));
        };
        if connection.age_of_trust() >= self.trust_time {
            // If the server takes no writes and there is no other one, readers get a new connection now and then.
            return checked(connection.renew_trust());
        }
        checked(connection.check_after_losses(server.has_several_servers()))
    }

    fn has_broken(&self, connection: &mut DatabaseConnection) -> bool {
        connection.has_open_transaction() || (self.can_reconnect() && connection.is_broken())
    }
}

fn checked(result: Result<(), StoreError>) -> ConnectionResult<()> {
    result.map_err(|error| ConnectionError::BadConnection(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use diesel::connection::SimpleConnection;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::of_a_file("sqlite:///", true)]
    #[case::of_memory_which_would_be_lost("sqlite://", false)]
    fn a_connection_that_is_no_good_is_given_up(#[case] scheme: &str, #[case] expected: bool) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.db");
        let path = if expected { path.to_str().unwrap() } else { "" };
        let url = format!("{scheme}{path}").parse().unwrap();
        let manager = ConnectionManager::new(&DatabaseOptions::new(url, NonZeroU32::MIN));
        let mut connection = manager.connect().unwrap();
        assert!(!manager.has_broken(&mut connection));
        connection.query(|inner| inner.batch_execute("SELECT * FROM nothing")).unwrap_err();
        assert_eq!(manager.has_broken(&mut connection), expected);
    }
}
