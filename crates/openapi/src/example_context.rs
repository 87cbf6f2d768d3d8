use std::time::Duration;

use chrono::DateTime;
use ore_domain::{Locale, PasswordPolicy, Timestamp};
use ore_errors::messages::{Catalogue, Message};
use ore_schemas::ApiResponse;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The values and the language of the examples.
pub struct ExampleContext<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) locale: Locale,
    pub(crate) password: PasswordPolicy,
    /// How long access tokens are valid.
    pub token_lifetime: Duration,
    /// How long a refresh token is valid.
    pub refresh_token_lifetime: Duration,
    /// The version of the service.
    pub version: &'a str,
}

impl ExampleContext<'_> {
    pub(crate) fn text(&self, message: Message) -> &str {
        self.catalogue.text(self.locale, message)
    }

    /// An answer of success, as JSON.
    pub fn envelope<T: Serialize + ToSchema>(&self, data: T, message: Message) -> Option<Value> {
        serde_json::to_value(ApiResponse::new(data, self.text(message), Self::timestamp())).ok()
    }

    /// When every example was answered: the contract's own timestamp, so that the document is the same each time.
    pub fn timestamp() -> Timestamp {
        DateTime::from_timestamp_micros(1_795_343_671_656_895).unwrap_or_default()
    }
}
