//! The external service that endpoints may call.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::declaration::DefaultValue::{NotSet, Text};
use super::form::{Form, SITE, is_exposed, seconds, secret};
use super::table::settings;
use super::values::Values;

/// A bearer token as a header carries it (RFC 6750, 2.1, and whatever else is visible ASCII).
const BEARER_TOKEN: Form<SecretString> = secret("key", |text| {
    let is_one = text.bytes().all(|byte| byte.is_ascii_graphic());
    let problem = "holds a character that a bearer token cannot hold, such as white space";
    if is_one { Ok(SecretString::from(text)) } else { Err(problem.into()) }
});

settings! {
    /// What is set for an external service.
    pub(super) struct ExternalApiValues in "External service" {
        /// Base URL of an external service that endpoints may call; https in production, but on the machine itself.
        EXTERNAL_API_URL(SITE, NotSet, "https://api.partner.example/v1") => url: Option<Url>;
        /// Key of the external service, sent with each call as a bearer token.
        EXTERNAL_API_KEY(BEARER_TOKEN, NotSet, "k3y-0f-the-partner") => key: Option<SecretString>;
        /// Seconds that a call of the external service may take, retries included.
        // No client waits longer for an answer.
        EXTERNAL_API_TIMEOUT_SECONDS(seconds(120), Text("10"), "10") => timeout: Duration;
    }
}

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

impl ExternalApiValues {
    /// `None` if there is no such service.
    pub(super) fn settings(self, values: &mut Values) -> Option<ExternalApiSettings> {
        let Self { url, key, timeout } = self;
        if url.is_none() && key.is_some() {
            values.warn(&EXTERNAL_API_KEY, "is for nobody: BACKEND_EXTERNAL_API_URL is not set");
        }
        let url = url?;
        if is_exposed(&url) {
            let problem = "production calls other machines over https alone, and the key would be sent in the clear";
            values.check_safety(&EXTERNAL_API_URL, problem);
        }
        Some(ExternalApiSettings { url, key, timeout })
    }
}
