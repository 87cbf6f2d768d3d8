use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What limits count by: an IPv4 address, or the /64 of an IPv6 address, of which one subscriber has all (RFC 6177, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressPrefix(IpAddr);

impl From<IpAddr> for AddressPrefix {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => Self(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()),
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

/// The network of an address, as its user may recognise it and nobody else finds the machine by it: an IPv4 /24 or an
/// IPv6 /48.
pub fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(address) => format!("{}/48", Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 80))),
    }
}

impl fmt::Display for AddressPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("192.0.2.1", "192.0.2.1", true)]
    #[case("192.0.2.1", "192.0.2.2", false)]
    #[case("192.0.2.1", "::ffff:192.0.2.1", true)]
    #[case("2001:db8:0:1::1", "2001:db8:0:1:ffff::", true)]
    #[case("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    fn addresses_of_one_subscriber_share_a_prefix(#[case] first: &str, #[case] second: &str, #[case] expected: bool) {
        let [first, second] = [first, second].map(|text| AddressPrefix::from(text.parse::<IpAddr>().unwrap()));
        assert_eq!(first == second, expected);
    }

    #[rstest]
    #[case("192.0.2.130", "192.0.2.0/24")]
    #[case("::ffff:192.0.2.130", "192.0.2.0/24")]
    #[case("2001:db8:1:2:3::4", "2001:db8:1::/48")]
    fn a_network_names_no_machine(#[case] address: IpAddr, #[case] network: &str) {
        assert_eq!(network_of(address), network);
    }
}
