use std::time::Duration;

use rustls::RootCertStore;
use secrecy::SecretString;
use url::Url;

/// How the other service is called.
#[derive(Debug, Clone)]
pub struct ExternalOptions {
    /// The base URL; the paths of calls are appended.
    pub base: Url,
    /// Sent as a bearer token (RFC 6750, 2.1) with every call.
    pub key: Option<SecretString>,
    /// How long a call may take, all attempts and the waiting between them together.
    pub timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub max_answer_bytes: usize,
    /// Calls at once; further ones are refused at once.
    pub max_calls: usize,
    /// How long a service that failed again and again is not asked.
    pub breaker_pause: Duration,
    /// The trusted certificate authorities; `None` for those of the operating system (`SSL_CERT_FILE` overrides them).
    pub authorities: Option<RootCertStore>,
}

impl ExternalOptions {
    /// The service below `base`: ten seconds a call, answers of up to a mebibyte, 64 calls at once, and a pause of ten
    /// seconds.
    pub const fn new(base: Url) -> Self {
        Self {
            base,
            key: None,
            timeout: Duration::from_secs(10),
            max_answer_bytes: 1 << 20,
            max_calls: 64,
            breaker_pause: Duration::from_secs(10),
            authorities: None,
        }
    }
}
