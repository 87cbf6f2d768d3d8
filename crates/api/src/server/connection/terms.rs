use std::time::Duration;

use crate::settings::ServerSettings;

/// How long clients may take.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Terms {
    /// For a TLS handshake, a head, a body, and for taking the next part of an answer.
    pub(in crate::server) step: Duration,
    /// Until the next request begins.
    pub(in crate::server) idle: Duration,
    /// For what is under way when the process ends.
    pub(in crate::server) end: Duration,
}

impl Terms {
    pub(in crate::server) fn of(settings: &ServerSettings) -> Self {
        Self { step: settings.client_timeout, idle: settings.keep_alive, end: settings.shutdown_timeout }
    }
}
