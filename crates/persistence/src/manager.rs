use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};

use crate::breaker::Breaker;
use crate::connect::{Timeouts, open};
use crate::connection::{DatabaseConnection, Losses};
use crate::options::Pooler;
use crate::url::{DatabaseUrl, Location};

/// Makes connections to one database, for the pool and for whoever needs one of its own.
#[derive(Clone)]
pub(crate) struct ConnectionManager {
    location: Location,
    timeouts: Timeouts,
    pooler: Pooler,
    losses: Arc<Losses>,
    breaker: Arc<Breaker>,
}

impl ConnectionManager {
    pub(crate) fn new(url: &DatabaseUrl, timeouts: Timeouts, pooler: Pooler) -> Self {
        Self { location: url.location.clone(), timeouts, pooler, losses: Arc::default(), breaker: Arc::default() }
    }

    /// How patient its connections are.
    pub(crate) fn timeouts(&self) -> Timeouts {
        self.timeouts
    }

    /// What is known of the latest attempts to connect, also of those of clones.
    pub(crate) fn breaker(&self) -> &Breaker {
        &self.breaker
    }

    /// The same with other patience.
    pub(crate) fn with_timeouts(&self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self.clone() }
    }
}

impl r2d2::ManageConnection for ConnectionManager {
    type Connection = DatabaseConnection;
    type Error = ConnectionError;

    fn connect(&self) -> ConnectionResult<DatabaseConnection> {
        let attempt = open(&self.location, self.timeouts, self.pooler);
        self.breaker.record(&attempt);
        let mut connection = DatabaseConnection::new(attempt?, Arc::clone(&self.losses));
        connection.local_settings = (self.pooler == Pooler::Transaction).then(|| self.timeouts.settings("SET LOCAL"));
        Ok(connection)
    }

    fn is_valid(&self, connection: &mut DatabaseConnection) -> ConnectionResult<()> {
        connection.check_after_losses().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, connection: &mut DatabaseConnection) -> bool {
        connection.is_broken()
    }
}
