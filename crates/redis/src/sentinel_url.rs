/// The port of a sentinel where the URL names none.
const PORT: u16 = 26379;

/// `redis+sentinel://[user:password@]host[:port],host[:port]/name[/database][?…]`, or `rediss+sentinel://…` over TLS.
///
/// User, password and database are those of the Redis servers. The sentinels have a password of their own
/// (`?sentinel_password=`), or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentinelUrl {
    /// For each sentinel the URL of a Redis at its place, with everything else that the URL says.
    pub(crate) servers: Vec<String>,
    /// The name of the master for the sentinels.
    pub(crate) master: String,
}

impl SentinelUrl {
    /// Whether the scheme of the URL is one of these.
    pub(crate) fn is_meant_by(text: &str) -> bool {
        scheme_and_rest(text).is_some()
    }

    /// Takes the URL apart; `None` when it is of another form. The parts of [`SentinelUrl::servers`] are not looked at.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = scheme_and_rest(text)?;
        let (rest, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let (authority, path) = rest.split_once('/')?;
        let (user, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let (master, database) = path.split_once('/').unwrap_or((path, "0"));
        // As the sentinels have it.
        let is_in_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '-' | '_');
        if master.is_empty() || !master.chars().all(is_in_name) {
            return None;
        }
        let server = |host: &str| match host {
            "" => None,
            host if has_port(host) => Some(format!("{scheme}://{user}{host}/{database}{query}")),
            host => Some(format!("{scheme}://{user}{host}:{PORT}/{database}{query}")),
        };
        Some(Self { servers: hosts.split(',').map(server).collect::<Option<_>>()?, master: master.to_owned() })
    }
}

fn scheme_and_rest(text: &str) -> Option<(&'static str, &str)> {
    let schemes = [("redis+sentinel://", "redis"), ("rediss+sentinel://", "rediss")];
    schemes.into_iter().find_map(|(prefix, scheme)| Some((scheme, text.strip_prefix(prefix)?)))
}

/// An address of IPv6 ends with a bracket where it has none.
fn has_port(host: &str) -> bool {
    host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The servers of a URL whose master is `ore`.
    fn servers(text: &str) -> Vec<String> {
        let SentinelUrl { servers, master } = SentinelUrl::parse(text).unwrap();
        assert_eq!(master, "ore", "{text}");
        servers
    }

    #[test]
    fn each_sentinel_has_what_the_url_says_of_all() {
        assert_eq!(
            servers("redis+sentinel://ada:p%40s@s1:1,s2,[::1],[::1]:2/ore/3?tls=disable"),
            [
                "redis://ada:p%40s@s1:1/3?tls=disable",
                "redis://ada:p%40s@s2:26379/3?tls=disable",
                "redis://ada:p%40s@[::1]:26379/3?tls=disable",
                "redis://ada:p%40s@[::1]:2/3?tls=disable",
            ]
        );
        assert_eq!(servers("rediss+sentinel://s1/ore"), ["rediss://s1:26379/0"]);
        assert_eq!(servers("rediss+sentinel://s1/ore#insecure"), ["rediss://s1:26379/0#insecure"]);
    }

    #[test]
    fn what_names_no_sentinel_or_no_master_is_refused() {
        for text in ["redis+sentinel://s1", "redis+sentinel://s1/", "redis+sentinel:///ore", "redis+sentinel://s1,/ore"]
        {
            assert_eq!(SentinelUrl::parse(text), None, "{text}");
            assert!(SentinelUrl::is_meant_by(text), "{text}");
        }
        assert_eq!(SentinelUrl::parse("redis+sentinel://s1/a name"), None);
        assert!(!SentinelUrl::is_meant_by("redis://s1/0"));
    }
}
