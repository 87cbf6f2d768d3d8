use std::net::IpAddr;

/// Whether a host, by its name or address, is this machine, so that nothing passes a network. An address of IPv6 may
/// stand in brackets, as in a URL.
pub fn is_loopback_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    let address = bare.parse::<IpAddr>().map(|address| address.to_canonical());
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("LocalHost", true)]
    #[case("127.0.0.2", true)]
    #[case("[::1]", true)]
    #[case("::ffff:127.0.0.1", true)]
    #[case("localhost.example", false)]
    #[case("192.0.2.7", false)]
    fn this_machine_has_several_names(#[case] host: &str, #[case] expected: bool) {
        assert_eq!(is_loopback_host(host), expected);
    }
}
