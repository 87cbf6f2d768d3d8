//! The external service that endpoints may call.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::parse::is_loopback;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The external service that endpoints may call.
#[derive(Debug, Clone)]
pub struct ExternalApiSettings {
    /// The base URL; the paths of calls are appended.
    pub url: Url,
    /// The bearer token of every call.
    pub key: Option<SecretString>,
    /// The maximum time of a call, for all attempts together.
    pub timeout: Duration,
}

impl ExternalApiSettings {
    /// `None` if there is no such service.
    pub(super) fn read(values: &mut Values) -> Result<Option<Self>, Invalid> {
        let url = values.read_optional(&catalogue::EXTERNAL_API_URL, parse::site_url);
        let key = values.read_optional(&catalogue::EXTERNAL_API_KEY, parse::bearer_token);
        let timeout = values.read_seconds(&catalogue::EXTERNAL_API_TIMEOUT_SECONDS);
        let (url, key, timeout) = (url?, key?, timeout?);
        let Some(url) = url else {
            if key.is_some() {
                values.warn(&catalogue::EXTERNAL_API_KEY, "is for nobody: BACKEND_EXTERNAL_API_URL is not set");
            }
            return Ok(None);
        };
        check_transport(values, &url)?;
        Ok(Some(Self { url, key, timeout }))
    }
}

/// The key and the calls must not cross a network in the clear.
fn check_transport(values: &mut Values, url: &Url) -> Result<(), Invalid> {
    if url.scheme() == "https" || is_loopback(url) {
        return Ok(());
    }
    let problem = "production calls other machines over https alone, and the key would be sent in the clear";
    values.check_safety(&catalogue::EXTERNAL_API_URL, problem)
}
