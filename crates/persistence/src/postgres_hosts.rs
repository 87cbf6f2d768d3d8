use crate::url_error::DatabaseUrlError;

/// The hosts and the ports of `host:port,host:port`, each as a list of libpq; still escaped. No ports are an empty text.
pub(crate) fn split_authority(authority: &str) -> Result<(String, String), DatabaseUrlError> {
    let servers = authority.split(',').map(split_port).collect::<Result<Vec<_>, _>>()?;
    Ok(lists(servers))
}

/// The same of the parameters `host`, in which SQLAlchemy takes `host=a:5432&host=b:5433` beside the lists of libpq.
pub(crate) fn split_query_hosts<T: AsRef<str>>(hosts: &[T]) -> (String, String) {
    lists(hosts.iter().flat_map(|hosts| hosts.as_ref().split(',')).map(split_query_host).collect())
}

/// Checks a list of ports for a number of servers; an empty place is the default port.
pub(crate) fn check_ports(ports: &str, servers: usize) -> Result<(), DatabaseUrlError> {
    let ports: Vec<&str> = ports.split(',').collect();
    if ports.len() != 1 && ports.len() != servers {
        return Err(DatabaseUrlError::PortForNoHost);
    }
    let is_port = |port: &str| port.is_empty() || port.parse::<u16>().is_ok_and(|port| port > 0);
    if ports.into_iter().all(is_port) { Ok(()) } else { Err(DatabaseUrlError::MalformedPort) }
}

fn lists(servers: Vec<(&str, &str)>) -> (String, String) {
    let (hosts, ports): (Vec<_>, Vec<_>) = servers.into_iter().unzip();
    let has_ports = ports.iter().any(|port| !port.is_empty());
    (hosts.join(","), if has_ports { ports.join(",") } else { String::new() })
}

fn split_port(server: &str) -> Result<(&str, &str), DatabaseUrlError> {
    let (host, port) = match server.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']').ok_or(DatabaseUrlError::MalformedPort)?,
        None => server.split_at(server.find(':').unwrap_or(server.len())),
    };
    match port.strip_prefix(':') {
        Some("") => Err(DatabaseUrlError::MalformedPort),
        Some(port) => Ok((host, port)),
        None if port.is_empty() => Ok((host, "")),
        None => Err(DatabaseUrlError::MalformedPort),
    }
}

/// An address of version 6 has more colons than one, and a socket's path may have any.
fn split_query_host(host: &str) -> (&str, &str) {
    match host.split_once(':') {
        Some((name, port)) if !port.contains(':') && !name.starts_with('/') => (name, port),
        _ => (host, ""),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::one("h1", "h1", "")]
    #[case::none("", "", "")]
    #[case::each_with_its_port("h1:5432,h2:5433", "h1,h2", "5432,5433")]
    #[case::a_default_port_between("h1:5432,h2,h3:5433", "h1,h2,h3", "5432,,5433")]
    #[case::no_ports("h1,h2", "h1,h2", "")]
    #[case::version_6("[::1]:5432,[fe80::2]", "::1,fe80::2", "5432,")]
    #[case::default_sockets(":5432,:5433", ",", "5432,5433")]
    fn an_authority_is_split_as_libpq_splits_it(#[case] authority: &str, #[case] hosts: &str, #[case] ports: &str) {
        assert_eq!(split_authority(authority), Ok((hosts.to_owned(), ports.to_owned())));
    }

    #[rstest]
    #[case::nothing(&[], "", "")]
    #[case::each_with_its_port(&["a:5432", "b:5433"], "a,b", "5432,5433")]
    #[case::a_default_port(&["a:5432", "b"], "a,b", "5432,")]
    #[case::one(&["a:5432"], "a", "5432")]
    #[case::list_of_libpq(&["a,b"], "a,b", "")]
    #[case::version_6(&["fe80::1"], "fe80::1", "")]
    #[case::socket(&["/run/with:colon"], "/run/with:colon", "")]
    fn hosts_in_the_query_are_split_as_sqlalchemy_splits_them(
        #[case] parameters: &[&str],
        #[case] hosts: &str,
        #[case] ports: &str,
    ) {
        assert_eq!(split_query_hosts(parameters), (hosts.to_owned(), ports.to_owned()));
    }

    #[rstest]
    #[case::one_for_all("5432", 3, Ok(()))]
    #[case::one_for_each("5432,,5434", 3, Ok(()))]
    #[case::too_few("5432,5433", 3, Err(DatabaseUrlError::PortForNoHost))]
    #[case::too_many("5432,5433", 1, Err(DatabaseUrlError::PortForNoHost))]
    #[case::no_number("5432,x", 2, Err(DatabaseUrlError::MalformedPort))]
    #[case::zero("0", 1, Err(DatabaseUrlError::MalformedPort))]
    fn each_server_has_a_port_or_all_have_one(
        #[case] ports: &str,
        #[case] servers: usize,
        #[case] expected: Result<(), DatabaseUrlError>,
    ) {
        assert_eq!(check_ports(ports, servers), expected);
    }
}
