use std::fmt;

/// A signed access token, in the form a client sends it back.
///
/// It prints as `AccessToken(..)` and implements neither `Display` nor `Serialize`, so that it reaches a log or an
/// answer only through [`expose`](Self::expose) or [`into_string`](Self::into_string).
#[derive(Clone)]
pub struct AccessToken(String);

impl AccessToken {
    pub(super) fn new(token: String) -> Self {
        Self(token)
    }

    /// The token itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The token itself, by value.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("AccessToken(..)")
    }
}
