use std::sync::Arc;

use diesel::{ConnectionError, ConnectionResult};

use crate::breaker::Breaker;
use crate::connect::{Timeouts, open};
use crate::connection::{DatabaseConnection, Losses};
use crate::url::{DatabaseUrl, Location};

/// Makes connections to one database, for the pool and for whoever needs one of its own.
#[derive(Clone)]
pub(crate) struct ConnectionManager {
    location: Location,
    timeouts: Timeouts,
    losses: Arc<Losses>,
    breaker: Arc<Breaker>,
}

impl ConnectionManager {
    pub(crate) fn new(url: &DatabaseUrl, timeouts: Timeouts) -> Self {
        Self { location: url.location.clone(), timeouts, losses: Arc::default(), breaker: Arc::default() }
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
        let attempt = open(&self.location, self.timeouts);
        self.breaker.record(&attempt);
        attempt.map(|inner| DatabaseConnection::new(inner, Arc::clone(&self.losses)))
    }

    fn is_valid(&self, connection: &mut DatabaseConnection) -> ConnectionResult<()> {
        connection.check_after_losses().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, connection: &mut DatabaseConnection) -> bool {
        connection.is_broken()
    }
}
