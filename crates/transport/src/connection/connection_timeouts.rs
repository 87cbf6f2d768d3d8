use std::time::Duration;

use ore_settings::ServerSettings;

/// How long clients may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConnectionTimeouts {
    /// For a TLS handshake, a head, a body, and for taking the next part of an answer.
    pub(crate) step: Duration,
    /// Until the next request begins.
    pub(crate) idle: Duration,
    /// For what is under way when the process ends.
    pub(crate) end: Duration,
}

impl ConnectionTimeouts {
    pub(crate) fn of(settings: &ServerSettings) -> Self {
        Self { step: settings.client_timeout, idle: settings.keep_alive, end: settings.shutdown_timeout }
    }
}
