use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client as HttpClient};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use url::{Host, Url};

use crate::session::SessionKeeper;
use crate::transport::Transport;
use crate::{Client, MemoryStore, TokenStore};

/// How long an answer may take, unless the program says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
/// How often a call is sent again, unless the program says otherwise.
pub const DEFAULT_RETRIES: usize = 3;

/// Why a client cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An address that is none.
    #[error("the address of the service is not a URL")]
    Address(#[from] url::ParseError),
    /// An address with neither https nor a loopback host: passwords and tokens would cross the network in clear.
    #[error("the address of the service has to be an https URL, or http on a loopback address")]
    Insecure,
    /// The API key holds a character that no header may hold.
    #[error("the API key cannot stand in a header")]
    ApiKey,
    /// The language holds a character that no header may hold.
    #[error("the language cannot stand in a header")]
    Language,
    /// The HTTP client does not take its configuration, or the certificates cannot be read.
    #[error(transparent)]
    Http(Box<dyn std::error::Error + Send + Sync>),
}

/// Makes a [`Client`].
#[must_use]
pub struct ClientBuilder {
    address: String,
    api_key: Option<SecretString>,
    store: Arc<dyn TokenStore>,
    uses_cookies: bool,
    authorities: Vec<Vec<u8>>,
    language: String,
    timeout: Duration,
    retries: usize,
}

impl Client {
    /// Starts to make a client of the service at this URL (`BACKEND_PUBLIC_URL`): https, or http on a loopback address.
    pub fn builder(address: impl Into<String>) -> ClientBuilder {
        ClientBuilder {
            address: address.into(),
            api_key: None,
            store: Arc::new(MemoryStore::default()),
            uses_cookies: false,
            authorities: Vec::new(),
            language: "en".to_owned(),
            timeout: DEFAULT_TIMEOUT,
            retries: DEFAULT_RETRIES,
        }
    }
}

impl ClientBuilder {
    /// The API key that calls are made with. Such a client has no session.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(SecretString::from(key.into()));
        self
    }

    /// The store of the tokens; memory by default. If a store has tokens of an earlier run, their session continues.
    pub fn token_store(mut self, store: impl TokenStore + 'static) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// Takes refresh tokens and device tokens in cookies, as browsers do, and never in a body.
    pub fn cookie_transport(mut self) -> Self {
        self.uses_cookies = true;
        self
    }

    /// Certificates in PEM of an authority that is trusted in place of those of the operating system.
    pub fn certificate_authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    /// The language of messages, for `Accept-Language`: `en` unless set.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }

    /// How long an answer may take, its body included; [`DEFAULT_TIMEOUT`] unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How often a call is sent again that may be; [`DEFAULT_RETRIES`] unless set.
    pub fn retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Makes the client. It sends nothing yet.
    ///
    /// # Errors
    /// [`BuildError`] says what is wrong.
    pub fn build(self) -> Result<Client, BuildError> {
        let address = Url::parse(&self.address)?;
        let is_local = address.scheme() == "http" && is_loopback(&address);
        if !is_local && address.scheme() != "https" {
            return Err(BuildError::Insecure);
        }
        let api_key = self.api_key.as_ref().map(sensitive).transpose()?;
        let language = HeaderValue::from_str(&self.language).map_err(|_| BuildError::Language)?;
        let http = http_client(&self, is_local).map_err(|error| BuildError::Http(error.into()))?;
        let transport = Transport { http, address, language, timeout: self.timeout, retries: self.retries };
        Ok(Client::new(transport, SessionKeeper::new(self.store, self.uses_cookies), api_key))
    }
}

/// Redirects are refused, and no proxy is taken from the environment: the address says who gets passwords and tokens.
fn http_client(builder: &ClientBuilder, is_local: bool) -> Result<HttpClient, reqwest::Error> {
    let mut authorities = Vec::new();
    for pem in &builder.authorities {
        authorities.extend(Certificate::from_pem_bundle(pem)?);
    }
    let http = HttpClient::builder()
        .tls_backend_rustls()
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("ore-client/", env!("CARGO_PKG_VERSION")));
    // A machine without authorities can still talk to itself.
    let names_authorities = is_local || !authorities.is_empty();
    if names_authorities { http.tls_certs_only(authorities).build() } else { http.build() }
}

fn sensitive(key: &SecretString) -> Result<HeaderValue, BuildError> {
    let value = HeaderValue::from_str(&format!("Bearer {}", key.expose_secret()));
    let mut value = value.map_err(|_| BuildError::ApiKey)?;
    value.set_sensitive(true);
    Ok(value)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
