use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU32;

/// The key of address limits: an IPv4 address, or the /64 of an IPv6 address, since one subscriber has all of a /64
/// (RFC 6177, 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AddressPrefix(IpAddr);

/// Prefixes of an IPv6 address that one subscriber may have (RFC 6177, 2), and how many times a quota each may use.
const IPV6_TIERS: [(u32, NonZeroU32); 3] =
    [(64, NonZeroU32::MIN), (56, NonZeroU32::new(4).unwrap()), (48, NonZeroU32::new(16).unwrap())];
/// The prefix under which a translator shows the IPv4 addresses of its clients (RFC 6052, 2.1), without the last 32 bits.
const NAT64: u128 = 0x0064_ff9b_0000_0000_0000_0000 << 32;

impl AddressPrefix {
    /// What the calls of an address count for, each with how many times the quota of an address it may use: an IPv4
    /// address for itself, an IPv6 address for its /64, /56 and /48.
    pub fn tiers(address: IpAddr) -> Vec<(String, NonZeroU32)> {
        match canonical(address) {
            IpAddr::V4(address) => vec![(address.to_string(), NonZeroU32::MIN)],
            IpAddr::V6(address) => {
                IPV6_TIERS.map(|(length, factor)| (format!("{}/{length}", prefix(address, length)), factor)).into()
            }
        }
    }
}

impl From<IpAddr> for AddressPrefix {
    fn from(address: IpAddr) -> Self {
        match canonical(address) {
            IpAddr::V6(address) => Self(prefix(address, 64).into()),
            address @ IpAddr::V4(_) => Self(address),
        }
    }
}

/// The IPv4 address within, where there is one: it tells clients apart, which share the /96 of a translator.
fn canonical(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if address.to_bits() & (u128::MAX << 32) == NAT64 => {
            let [.., a, b, c, d] = address.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

fn prefix(address: Ipv6Addr, length: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - length)))
}

/// The network of an address, as its user may recognise it and nobody else finds the machine by it: an IPv4 /24 or an
/// IPv6 /48.
pub fn network_of(address: IpAddr) -> String {
    match canonical(address) {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(address) => format!("{}/48", prefix(address, 48)),
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
    #[case("64:ff9b::192.0.2.1", "192.0.2.1", true)]
    #[case("64:ff9b::192.0.2.1", "64:ff9b::192.0.2.2", false)]
    #[case("64:ff9b:1::192.0.2.1", "64:ff9b:1::192.0.2.2", true)]
    fn addresses_of_one_subscriber_share_a_prefix(#[case] first: &str, #[case] second: &str, #[case] expected: bool) {
        let [first, second] = [first, second].map(|text| AddressPrefix::from(text.parse::<IpAddr>().unwrap()));
        assert_eq!(first == second, expected);
    }

    #[rstest]
    #[case("192.0.2.130", "192.0.2.0/24")]
    #[case("::ffff:192.0.2.130", "192.0.2.0/24")]
    #[case("2001:db8:1:2:3::4", "2001:db8:1::/48")]
    #[case("64:ff9b::192.0.2.130", "192.0.2.0/24")]
    fn a_network_names_no_machine(#[case] address: IpAddr, #[case] network: &str) {
        assert_eq!(network_of(address), network);
    }

    #[test]
    fn an_ipv6_address_counts_for_every_prefix_that_one_subscriber_may_have() {
        let tiers = AddressPrefix::tiers("2001:db8:1:234::5".parse().unwrap());
        let expected = [("2001:db8:1:234::/64", 1), ("2001:db8:1:200::/56", 4), ("2001:db8:1::/48", 16)];
        assert_eq!(tiers, expected.map(|(text, factor)| (text.to_owned(), NonZeroU32::new(factor).unwrap())));
        for ipv4 in ["192.0.2.1", "::ffff:192.0.2.1", "64:ff9b::192.0.2.1"] {
            assert_eq!(AddressPrefix::tiers(ipv4.parse().unwrap()), [("192.0.2.1".to_owned(), NonZeroU32::MIN)]);
        }
    }
}
