use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use ipnet::IpNet;

/// Prefixes of IPv6 addresses that one subscriber may have (RFC 6177, 2), and how many times the limit each may have: a
/// subscriber with a /48 has 65,536 times a /64.
const IPV6_TIERS: [(u8, usize); 3] = [(64, 1), (56, 4), (48, 16)];
const IPV4_TIERS: [(u8, usize); 1] = [(32, 1)];

/// How many connections one address may have open at once, counted by all workers; trusted proxies have those of all
/// their clients.
#[derive(Clone)]
pub(crate) struct AddressLimit {
    open: Arc<Mutex<Counts>>,
    most: NonZeroUsize,
    trusted_proxies: Vec<IpNet>,
}

type Counts = HashMap<IpNet, usize>;

/// The place of one connection among those of its prefixes, until it is dropped.
pub(crate) struct AddressSlot {
    prefixes: Vec<IpNet>,
    open: Arc<Mutex<Counts>>,
}

impl AddressLimit {
    pub(crate) fn new(most: NonZeroUsize, trusted_proxies: Vec<IpNet>) -> Self {
        Self { open: Arc::default(), most, trusted_proxies }
    }

    /// `None` when a prefix of the address has as many connections as it may.
    pub(crate) fn admit(&self, peer: IpAddr) -> Option<AddressSlot> {
        let peer = peer.to_canonical();
        if self.trusted_proxies.iter().any(|network| network.contains(&peer)) {
            return Some(AddressSlot::uncounted());
        }
        let tiers = if peer.is_ipv4() { &IPV4_TIERS[..] } else { &IPV6_TIERS[..] };
        let limits = tiers.iter().filter_map(|(length, factor)| {
            let prefix = IpNet::new(peer, *length).ok()?.trunc();
            Some((prefix, self.most.get().saturating_mul(*factor)))
        });
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if limits.clone().any(|(prefix, most)| open.get(&prefix).is_some_and(|count| *count >= most)) {
            return None;
        }
        let prefixes: Vec<_> = limits.map(|(prefix, _)| prefix).collect();
        for prefix in &prefixes {
            *open.entry(*prefix).or_default() += 1;
        }
        Some(AddressSlot { prefixes, open: Arc::clone(&self.open) })
    }
}

impl AddressSlot {
    /// Of a connection that is not counted.
    pub(crate) fn uncounted() -> Self {
        Self { prefixes: Vec::new(), open: Arc::default() }
    }
}

impl Drop for AddressSlot {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        for prefix in &self.prefixes {
            if let Entry::Occupied(mut count) = open.entry(*prefix) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(most: usize) -> AddressLimit {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "2001:db8:aa::/48".parse().unwrap()];
        AddressLimit::new(NonZeroUsize::new(most).unwrap(), trusted.into())
    }

    fn admit(limit: &AddressLimit, peer: &str) -> Option<AddressSlot> {
        limit.admit(peer.parse().unwrap())
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_has_ended() {
        let limit = limit(2);
        let (first, _second) = (admit(&limit, "192.0.2.1").unwrap(), admit(&limit, "::ffff:192.0.2.1").unwrap());
        assert!(admit(&limit, "192.0.2.1").is_none());
        drop(first);
        assert!(admit(&limit.clone(), "192.0.2.1").is_some());
    }

    #[test]
    fn one_subscriber_is_one_address_and_another_is_not() {
        let limit = limit(1);
        let _open = [admit(&limit, "2001:db8::1").unwrap(), admit(&limit, "192.0.2.1").unwrap()];
        assert!(admit(&limit, "2001:db8::ffff").is_none());
        assert!(admit(&limit, "2001:db8:0:1::1").is_some());
        assert!(admit(&limit, "192.0.2.2").is_some());
    }

    #[test]
    fn a_larger_prefix_has_a_multiple_of_the_limit() {
        let limit = limit(2);
        let one: Vec<_> =
            (0..100_u32).filter_map(|number| admit(&limit, &format!("2001:db8:0:{number:x}::1"))).collect();
        assert_eq!(one.len(), 8, "a /56 has four times the limit");
        let other: Vec<_> =
            (1..100_u32).filter_map(|number| admit(&limit, &format!("2001:db8:0:{number:x}00::1"))).collect();
        assert_eq!(other.len(), 24, "a /48 has sixteen times the limit");
    }

    #[test]
    fn trusted_proxies_have_no_limit() {
        let limit = limit(1);
        let open = ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.1", "2001:db8:aa::1", "2001:db8:aa::2"];
        let open = open.map(|peer| admit(&limit, peer));
        assert!(open.iter().all(Option::is_some));
    }

    #[test]
    fn nothing_is_remembered_of_addresses_without_connections() {
        let limit = limit(1);
        drop(admit(&limit, "192.0.2.1"));
        assert!(limit.open.lock().unwrap().is_empty());
    }
}
