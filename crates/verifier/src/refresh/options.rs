use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use super::StartError;

/// How far apart fetches of the key set are at least that unknown keys ask for.
pub const DEFAULT_FLOOR: Duration = Duration::from_secs(5);
/// How long an answer may take.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// The options for reading keys and revocations.
#[derive(Debug, Clone)]
#[must_use]
pub struct RefreshOptions {
    issuer: String,
    jwks_url: Option<String>,
    revocations_url: Option<String>,
    pub(super) api_key: Option<SecretString>,
    pub(super) directory: Option<PathBuf>,
    pub(super) authorities: Vec<Vec<u8>>,
    pub(super) floor: Duration,
    pub(super) timeout: Duration,
}

impl RefreshOptions {
    /// From the issuer below this URL (`BACKEND_PUBLIC_URL`): `/.well-known/jwks.json` and `/api/v1/auth/revocations`. It has to
    /// be an https URL, or http on a loopback address.
    pub fn new(issuer: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            jwks_url: None,
            revocations_url: None,
            api_key: None,
            directory: None,
            authorities: Vec::new(),
            floor: DEFAULT_FLOOR,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Another URL of the key set.
    pub fn jwks_url(mut self, url: impl Into<String>) -> Self {
        self.jwks_url = Some(url.into());
        self
    }

    /// Another URL of the revocation feed.
    pub fn revocations_url(mut self, url: impl Into<String>) -> Self {
        self.revocations_url = Some(url.into());
        self
    }

    /// The API key, with the permission `tokens.verify`, that revocations are read with. A verifier that was built with
    /// revocations needs it.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// A directory, which is there and belongs to this verifier alone, that keeps the key set and the revocations across
    /// restarts, so that a service starts while the issuer is away. Whoever can write there can make tokens.
    pub fn directory(mut self, directory: impl Into<PathBuf>) -> Self {
        self.directory = Some(directory.into());
        self
    }

    /// Certificates in PEM of an authority that is trusted in place of those of the operating system.
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    /// How far apart fetches of the key set are at least that unknown keys ask for; [`DEFAULT_FLOOR`] unless set.
    pub fn floor(mut self, floor: Duration) -> Self {
        self.floor = floor;
        self
    }

    /// How long an answer may take, its body included; [`DEFAULT_TIMEOUT`] unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    pub(super) fn jwks(&self) -> Result<Url, StartError> {
        self.url(self.jwks_url.as_ref(), "/.well-known/jwks.json")
    }

    pub(super) fn revocations(&self) -> Result<Url, StartError> {
        self.url(self.revocations_url.as_ref(), "/api/v1/auth/revocations")
    }

    fn url(&self, given: Option<&String>, path: &str) -> Result<Url, StartError> {
        let text = given.cloned().unwrap_or_else(|| format!("{}{path}", self.issuer.trim_end_matches('/')));
        let url = Url::parse(&text)?;
        let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if is_secure { Ok(url) } else { Err(StartError::Insecure(text)) }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
