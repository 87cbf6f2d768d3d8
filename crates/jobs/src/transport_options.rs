use std::time::Duration;

use lettre::transport::smtp::client::Certificate;

/// How a mail server is talked to.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    /// How long sending one mail may take, from the connection on.
    pub timeout: Duration,
    /// The trusted certificate authorities; `None` for those of the operating system (`SSL_CERT_FILE` overrides them).
    pub authorities: Option<Vec<Certificate>>,
}

impl Default for TransportOptions {
    /// A minute for a mail, and the authorities of the operating system.
    fn default() -> Self {
        Self { timeout: Duration::from_mins(1), authorities: None }
    }
}
