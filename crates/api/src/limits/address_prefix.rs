use std::net::{IpAddr, Ipv6Addr};

/// A subscriber is given a /64 at least, and may call from any address in it (RFC 6177, 2).
const SUBSCRIBER_BITS: u32 = 64;

/// What one client cannot leave: its IPv4 address, or the /64 of its IPv6 address.
pub(super) fn address_prefix(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << (Ipv6Addr::BITS - SUBSCRIBER_BITS);
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
        }
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::v4("192.0.2.7", "192.0.2.7")]
    #[case::v6("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    #[case::v4_mapped("::ffff:192.0.2.7", "192.0.2.7")]
    fn a_client_is_known_by_its_prefix(#[case] address: &str, #[case] prefix: &str) {
        assert_eq!(address_prefix(address.parse().unwrap()).to_string(), prefix);
    }
}
