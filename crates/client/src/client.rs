use std::fmt;
use std::sync::Arc;

use reqwest::header::HeaderValue;

use crate::session::SessionKeeper;
use crate::transport::Transport;

/// Calls the service. Copies share connections and the session.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) transport: Transport,
    pub(crate) session: SessionKeeper,
    /// The value of `Authorization` with an API key.
    pub(crate) api_key: Option<HeaderValue>,
}

impl Client {
    pub(crate) fn new(transport: Transport, session: SessionKeeper, api_key: Option<HeaderValue>) -> Self {
        Self { shared: Arc::new(Shared { transport, session, api_key }) }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("address", &self.shared.transport.address.as_str())
            .finish_non_exhaustive()
    }
}
