use std::str::FromStr;

use ore_domain::is_loopback_host;
use redis::{ConnectionAddr, IntoConnectionInfo};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::sentinel_url::SentinelUrl;

/// The URL of a Redis server, as its client takes it, or of the sentinels that know where it is. It is not shown, because
/// it may hold a password.
#[derive(Debug, Clone)]
pub struct RedisUrl {
    text: SecretString,
    is_remote_in_the_clear: bool,
}

/// Why a text is no [`RedisUrl`], as the end of a sentence that begins with the text, which is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidRedisUrl(&'static str);

impl RedisUrl {
    /// The whole text, for connecting alone.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }

    /// Whether the password and what is counted would cross a network in the clear, and the URL does not say with
    /// `?tls=disable` that they may.
    pub fn is_remote_in_the_clear(&self) -> bool {
        self.is_remote_in_the_clear
    }
}

impl FromStr for RedisUrl {
    type Err = InvalidRedisUrl;

    fn from_str(text: &str) -> Result<Self, InvalidRedisUrl> {
        let servers = if SentinelUrl::is_meant_by(text) {
            let url = SentinelUrl::parse(text);
            url.ok_or(InvalidRedisUrl("is not of the form redis+sentinel://host:port,host:port/name"))?.servers
        } else {
            vec![text.to_owned()]
        };
        let urls = servers.iter().map(|server| server_url(server)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { text: SecretString::from(text), is_remote_in_the_clear: urls.iter().any(is_remote_in_the_clear) })
    }
}

fn server_url(text: &str) -> Result<Url, InvalidRedisUrl> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host() && text.trim() == text)
        .ok_or(InvalidRedisUrl("is not a redis:// or rediss:// URL with a host"))?;
    let connection = text.into_connection_info();
    let connection = connection.map_err(|_| InvalidRedisUrl("is not a URL that Redis clients know"))?;
    // The client would connect without TLS settings that this program is not built with.
    if matches!(connection.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
        return Err(InvalidRedisUrl("asks for TLS without checking certificates"));
    }
    if url.query_pairs().any(|(name, value)| name == "tls" && (value != "disable" || url.scheme() != "redis")) {
        return Err(InvalidRedisUrl("has a tls other than tls=disable of a redis:// URL; write rediss:// for TLS"));
    }
    Ok(url)
}

fn is_remote_in_the_clear(url: &Url) -> bool {
    let is_meant = url.query_pairs().any(|(name, _)| name == "tls");
    url.scheme() == "redis" && !is_meant && !url.host_str().is_some_and(is_loopback_host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_whether_it_crosses_a_network_in_the_clear_and_shows_nothing() {
        for (text, expected) in [
            ("redis://:hunter2@10.0.0.1", true),
            ("redis://:hunter2@10.0.0.1?tls=disable", false),
            ("rediss://:hunter2@10.0.0.1", false),
            ("redis://:hunter2@[::1]:6379", false),
            ("redis+sentinel://:hunter2@localhost:1,10.0.0.2/ore", true),
        ] {
            let url: RedisUrl = text.parse().unwrap();
            assert_eq!((url.is_remote_in_the_clear(), url.expose()), (expected, text));
            assert!(!format!("{url:?}").contains("hunter2"), "{url:?}");
        }
    }

    #[test]
    fn what_no_client_would_connect_to_is_refused() {
        for text in ["localhost:6379", " redis://localhost", "redis+sentinel://s1", "rediss://localhost/#insecure"] {
            assert!(text.parse::<RedisUrl>().is_err(), "{text}");
        }
    }
}
