use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Reads an address as proxies write it: bare, with a port, an IPv6 address also in brackets (RFC 7239, 6).
///
/// `None` for names, `unknown` and obfuscated identifiers. An IPv4 address mapped into IPv6 becomes the IPv4 address.
pub(crate) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let address = inside.parse::<Ipv6Addr>().ok()?;
        (after.is_empty() || is_port(after.strip_prefix(':')?)).then_some(IpAddr::V6(address))?
    } else if let Ok(address) = text.parse::<IpAddr>() {
        address
    } else {
        let (address, port) = text.split_once(':')?;
        is_port(port).then_some(IpAddr::V4(address.parse::<Ipv4Addr>().ok()?))?
    };
    Some(address.to_canonical())
}

/// Digits, or an obfuscated identifier.
fn is_port(text: &str) -> bool {
    let is_obfuscated = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let is_number = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number || text.strip_prefix('_').is_some_and(is_obfuscated)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1")]
    #[case(" 192.0.2.1\t", "192.0.2.1")]
    #[case("192.0.2.1:4711", "192.0.2.1")]
    #[case("192.0.2.1:_port", "192.0.2.1")]
    #[case("2001:db8::1", "2001:db8::1")]
    #[case("2001:DB8:0::0001", "2001:db8::1")]
    #[case("[2001:db8::1]", "2001:db8::1")]
    #[case("[2001:db8::1]:4711", "2001:db8::1")]
    #[case::mapped("::ffff:192.0.2.1", "192.0.2.1")]
    #[case::mapped_with_a_port("[::ffff:192.0.2.1]:4711", "192.0.2.1")]
    fn an_address_is_read_in_every_form(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(address(text).map(|address| address.to_string()).as_deref(), Some(expected));
    }

    #[rstest]
    #[case("")]
    #[case("unknown")]
    #[case("_hidden")]
    #[case("localhost")]
    #[case("192.0.2")]
    #[case("192.0.2.256")]
    #[case("192.0.2.1:")]
    #[case("192.0.2.1:port")]
    #[case("192.0.2.1:123456")]
    #[case("192.0.2.1 192.0.2.2")]
    #[case("[192.0.2.1]")]
    #[case("[2001:db8::1")]
    #[case("[2001:db8::1]4711")]
    #[case("2001:db8::1]")]
    #[case("fe80::1%eth0")]
    fn anything_else_is_no_address(#[case] text: &str) {
        assert_eq!(address(text), None);
    }
}
