use redis::sentinel::{Sentinel, SentinelNodeConnectionInfo};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, RedisConnectionInfo, RedisError,
    RedisResult, TlsMode,
};
use url::Url;

use crate::sentinel_url::SentinelUrl;

/// The address of Redis.
pub(crate) enum Location {
    /// At one address.
    Server(Client),
    /// Wherever its sentinels say when they are asked.
    Sentinels { sentinels: Vec<ConnectionInfo>, master: String, servers: SentinelNodeConnectionInfo },
}

impl Location {
    pub(crate) fn parse(url: &str) -> RedisResult<Self> {
        if !SentinelUrl::is_meant_by(url) {
            return Client::open(url).map(Self::Server);
        }
        let malformed =
            || RedisError::from((ErrorKind::InvalidClientConfig, "not of the form redis+sentinel://host:port,…/name"));
        let SentinelUrl { servers, master } = SentinelUrl::parse(url).ok_or_else(malformed)?;
        let credentials = sentinel_credentials(servers.first().map_or("", String::as_str));
        let servers =
            servers.iter().map(|server| server.as_str().into_connection_info()).collect::<RedisResult<Vec<_>>>()?;
        let first = servers.first().ok_or_else(malformed)?;
        let mut node = SentinelNodeConnectionInfo::default().set_redis_connection_info(first.redis_settings().clone());
        if matches!(first.addr(), ConnectionAddr::TcpTls { .. }) {
            node = node.set_tls_mode(TlsMode::Secure);
        }
        let sentinels = servers.into_iter().map(|server| server.set_redis_settings(credentials.clone())).collect();
        Ok(Self::Sentinels { sentinels, master, servers: node })
    }

    /// A client of the server that is the master now. Sentinels are asked anew each time, another one first: one that
    /// hangs holds up one attempt, and not the next.
    pub(crate) async fn find(&self, attempt: usize) -> RedisResult<Client> {
        match self {
            Self::Server(client) => Ok(client.clone()),
            Self::Sentinels { sentinels, master, servers } => {
                let mut sentinels = sentinels.clone();
                let first = attempt % sentinels.len();
                sentinels.rotate_left(first);
                Sentinel::build(sentinels)?.async_master_for(master, Some(servers)).await
            }
        }
    }
}

fn sentinel_credentials(server: &str) -> RedisConnectionInfo {
    let url = Url::parse(server).ok();
    let mut parameters = url.iter().flat_map(Url::query_pairs);
    match parameters.find(|(name, _)| name == "sentinel_password") {
        Some((_, password)) => RedisConnectionInfo::default().set_password(password),
        None => RedisConnectionInfo::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentinels_have_credentials_and_servers_have_theirs() {
        let url = "rediss+sentinel://ada:secret@s1,s2:2/ore/3?sentinel_password=other";
        let Location::Sentinels { sentinels, master, servers } = Location::parse(url).unwrap() else { panic!("{url}") };
        assert_eq!(master, "ore");
        let addresses: Vec<_> = sentinels.iter().map(|sentinel| sentinel.addr().to_string()).collect();
        assert_eq!(addresses, ["s1:26379", "s2:2"]);
        for sentinel in &sentinels {
            let settings = sentinel.redis_settings();
            assert_eq!((settings.username(), settings.password(), settings.db()), (None, Some("other"), 0));
            assert!(matches!(sentinel.addr(), ConnectionAddr::TcpTls { insecure: false, .. }));
        }
        let servers = format!("{servers:?}");
        assert!(servers.contains("Secure") && servers.contains("ada") && !servers.contains("other"), "{servers}");
    }

    #[test]
    fn a_url_of_another_form_is_an_error() {
        assert!(Location::parse("redis+sentinel://s1").is_err());
        assert!(Location::parse("redis+sentinel://s1/ore/three").is_err());
        assert!(matches!(Location::parse("redis://s1").unwrap(), Location::Server(_)));
    }
}
