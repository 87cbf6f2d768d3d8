use std::str::FromStr;

use url::{Position, Url};

/// Which origins browsers may call from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Every origin. Never in production, since credentials are allowed too.
    Any,
    /// These origins. May be empty.
    Exactly(Vec<WebOrigin>),
}

/// The origin of web pages as a browser sends it in `Origin` (RFC 6454, 6.2), so that it is compared byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebOrigin(Url);

/// Why no browser sends a text as an origin, as the end of a sentence that begins with the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWebOrigin {
    /// It has another form.
    #[error("is not an origin (scheme://host[:port])")]
    Form,
    /// It is the sign for every origin.
    #[error("stands alone or not at all")]
    Any,
    /// It tells nothing.
    #[error("is the origin of any sandboxed page, and cannot be told from another")]
    Null,
    /// It stands for several origins.
    #[error("holds a wildcard, and origins are compared whole; write each one out")]
    Wildcard,
    /// It names a protocol that has no pages, unlike the one that is told.
    #[error("is no page's origin, which begins with {0}://")]
    Protocol(&'static str),
    /// A browser writes it as it is told here.
    #[error("is not what a browser sends; write {0}")]
    Spelling(String),
}

impl AllowedOrigins {
    /// Whether this very origin is named. [`Self::Any`] names none.
    pub fn names(&self, origin: &str) -> bool {
        match self {
            Self::Any => false,
            Self::Exactly(origins) => origins.iter().any(|allowed| allowed.as_str() == origin),
        }
    }
}

impl WebOrigin {
    /// The text that browsers send.
    pub fn as_str(&self) -> &str {
        &self.0[..Position::AfterPort]
    }

    /// The URL of the root of its pages.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for WebOrigin {
    type Err = InvalidWebOrigin;

    /// Refuses what no browser sends, which would never match.
    fn from_str(text: &str) -> Result<Self, InvalidWebOrigin> {
        match text {
            "*" => return Err(InvalidWebOrigin::Any),
            "null" => return Err(InvalidWebOrigin::Null),
            _ if text.contains('*') => return Err(InvalidWebOrigin::Wildcard),
            _ => {}
        }
        let url = Url::parse(text).map_err(|_| InvalidWebOrigin::Form)?;
        // `Url::origin` knows the origins of web sites alone; browsers also send those of extensions and app shells.
        let host_and_port = &url[Position::BeforeHost..Position::AfterPort];
        let origin = format!("{}://{host_and_port}", url.scheme());
        match url.scheme() {
            _ if host_and_port.is_empty() => Err(InvalidWebOrigin::Form),
            "ws" => Err(InvalidWebOrigin::Protocol("http")),
            "wss" | "ftp" => Err(InvalidWebOrigin::Protocol("https")),
            _ if origin != text => Err(InvalidWebOrigin::Spelling(origin)),
            _ => Ok(Self(url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://example.com")]
    #[case("http://[::1]:3000")]
    #[case("chrome-extension://abcdefghijklmnop")]
    fn an_origin_is_written_as_it_was_read(#[case] text: &str) {
        assert_eq!(text.parse::<WebOrigin>().unwrap().as_str(), text);
    }
}
