use std::net::IpAddr;

use actix_http::RequestHead;
use actix_http::header::{FORWARDED, HeaderMap, HeaderName, VIA, X_FORWARDED_FOR, X_FORWARDED_HOST, X_FORWARDED_PROTO};
use ipnet::IpNet;

use crate::hop::{Hop, agree};
use crate::{RequestSource, forwarded, x_forwarded};

/// Headers that only proxies add.
const ADDED_BY_PROXIES: [HeaderName; 6] =
    [FORWARDED, X_FORWARDED_FOR, X_FORWARDED_PROTO, X_FORWARDED_HOST, HeaderName::from_static("x-real-ip"), VIA];

/// Whether a proxy has passed the request on, and says so.
pub fn came_through_a_proxy(head: &RequestHead) -> bool {
    ADDED_BY_PROXIES.iter().any(|name| head.headers().contains_key(name))
}

/// The peers that are believed when they tell whom they speak for.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// The trusted proxies that a header names, followed from the right.
struct ProxyChain {
    client: IpAddr,
    proxies: usize,
    is_https: Option<bool>,
    /// Whether an address that could not be read ended it.
    is_broken: bool,
}

impl TrustedProxies {
    /// Those in these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// How a request came, over a connection with TLS or without: read from the connection alone, unless its peer is trusted.
    pub fn source(&self, head: &RequestHead, is_tls: bool) -> RequestSource {
        let peer = head.peer_addr.map(|address| address.ip().to_canonical());
        match peer.filter(|peer| self.trusts(*peer)) {
            Some(proxy) => self.source_from_headers(proxy, is_tls, head.headers()),
            None => RequestSource { client: peer, is_https: is_tls },
        }
    }

    /// Who sent the request, where that is beyond doubt: `None` where headers contradict each other or cannot be read, and
    /// where a proxy took part that is not trusted or does not name its client. For what depends on the address alone.
    pub fn certain_client(&self, head: &RequestHead) -> Option<IpAddr> {
        let peer = head.peer_addr?.ip().to_canonical();
        if !came_through_a_proxy(head) {
            return Some(peer);
        }
        let (by_x, by_rfc) = if self.trusts(peer) { self.chains(peer, head.headers()) } else { (None, None) };
        let mut chains = by_x.into_iter().chain(by_rfc);
        let client = chains.next().filter(|chain| !chain.is_broken)?.client;
        chains.all(|chain| !chain.is_broken && chain.client == client).then_some(client)
    }

    /// Whether the address, an IPv4 address as such, is one of theirs.
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// A proxy writes one kind of header and may pass on the other as a client wrote it, so where both are there, what
    /// only one of them says counts for nothing.
    fn source_from_headers(&self, proxy: IpAddr, is_tls: bool, headers: &HeaderMap) -> RequestSource {
        let (by_x, by_rfc) = self.chains(proxy, headers);
        let client = match (&by_x, &by_rfc) {
            (Some(one), Some(other)) if one.client != other.client => proxy,
            (Some(chain), _) | (None, Some(chain)) => chain.client,
            (None, None) => proxy,
        };
        let proxies = by_x.map_or(1, |chain| chain.proxies);
        let scheme = x_forwarded::scheme(headers.get_all(X_FORWARDED_PROTO), proxies);
        let scheme = agree(scheme, by_rfc.and_then(|chain| chain.is_https));
        RequestSource { client: Some(client), is_https: scheme.unwrap_or(is_tls) }
    }

    /// Where `X-Forwarded-For` and `Forwarded` lead, each where it is there.
    fn chains(&self, proxy: IpAddr, headers: &HeaderMap) -> (Option<ProxyChain>, Option<ProxyChain>) {
        let lines = |name| headers.get_all(name);
        let by_x = headers
            .contains_key(X_FORWARDED_FOR)
            .then(|| self.follow(proxy, x_forwarded::hops(lines(X_FORWARDED_FOR))));
        let by_rfc = headers.contains_key(FORWARDED).then(|| self.follow(proxy, forwarded::hops(lines(FORWARDED))));
        (by_x, by_rfc)
    }

    /// Follows what each proxy says of the one before, as long as that one is trusted too and can be read.
    fn follow(&self, proxy: IpAddr, hops: impl Iterator<Item = Hop>) -> ProxyChain {
        let mut chain = ProxyChain { client: proxy, proxies: 0, is_https: None, is_broken: false };
        for hop in hops {
            chain.proxies += 1;
            chain.is_https = agree(chain.is_https, hop.is_https);
            let Some(sender) = hop.address else {
                chain.is_broken = true;
                break;
            };
            chain.client = sender;
            if !self.trusts(sender) {
                break;
            }
        }
        chain
    }
}

#[cfg(test)]
mod tests {
    use actix_http::header::HeaderValue;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const PROXY: &str = "10.0.0.1";
    const STRANGER: &str = "203.0.113.9";

    /// How a request over plain HTTP arrives where 10.0.0.0/8 and `2001:db8:aa::/48` are trusted.
    fn source<'a>(peer: &str, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> RequestSource {
        proxies().source(&head(peer, headers), false)
    }

    fn proxies() -> TrustedProxies {
        TrustedProxies::new(["10.0.0.0/8", "2001:db8:aa::/48"].map(|network| network.parse().unwrap()).to_vec())
    }

    fn head<'a>(peer: &str, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> RequestHead {
        let mut head = RequestHead::default();
        head.peer_addr = Some((peer.parse::<IpAddr>().unwrap(), 4711).into());
        for (name, value) in headers {
            head.headers.append(name.parse().unwrap(), HeaderValue::from_bytes(value).unwrap());
        }
        head
    }

    /// The client who is beyond doubt, as [`source`] has it.
    fn certain<'a>(peer: &str, headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Option<String> {
        proxies().certain_client(&head(peer, headers)).map(|client| client.to_string())
    }

    fn show(source: RequestSource) -> String {
        format!("{} {}", source.client.unwrap(), if source.is_https { "https" } else { "http" })
    }

    #[rstest]
    #[case::silent_proxy(&[], "10.0.0.1 http")]
    #[case::one_proxy(&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https")], "192.0.2.1 https")]
    #[case::what_the_client_wrote_is_passed_over(&[("X-Forwarded-For", "198.51.100.1, 192.0.2.1")], "192.0.2.1 http")]
    #[case::two_proxies(&[("X-Forwarded-For", "192.0.2.1,10.2.3.4:80")], "192.0.2.1 http")]
    #[case::proxies_alone(&[("X-Forwarded-For", "10.2.3.5, 10.2.3.4")], "10.2.3.5 http")]
    #[case::lines_are_one_list(&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-For", "10.2.3.4")], "192.0.2.1 http")]
    #[case::mapped_proxy(&[("X-Forwarded-For", "192.0.2.1, ::ffff:10.2.3.4")], "192.0.2.1 http")]
    #[case::over_ipv6(&[("X-Forwarded-For", "2001:db8::1, [2001:db8:aa::1]:80")], "2001:db8::1 http")]
    #[case::unreadable_ends_the_walk(&[("X-Forwarded-For", "192.0.2.1, nonsense, 10.2.3.4")], "10.2.3.4 http")]
    #[case::empty_ends_the_walk(&[("X-Forwarded-For", "192.0.2.1,")], "10.0.0.1 http")]
    #[case::rfc_7239(&[("Forwarded", r#"for="[2001:db8::1]";proto=https"#)], "2001:db8::1 https")]
    #[case::rfc_7239_two_proxies(&[("Forwarded", "for=192.0.2.1;proto=https, for=10.2.3.4;proto=https")], "192.0.2.1 https")]
    #[case::hidden_ends_the_walk(&[("Forwarded", "for=192.0.2.1, for=_hidden;proto=https")], "10.0.0.1 https")]
    #[case::both_agree(&[("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")], "192.0.2.1 http")]
    #[case::both_differ(&[("Forwarded", "for=192.0.2.2"), ("X-Forwarded-For", "192.0.2.1")], "10.0.0.1 http")]
    #[case::scheme_differs(&[("Forwarded", "proto=https"), ("X-Forwarded-Proto", "http")], "10.0.0.1 http")]
    #[case::plain_between_proxies(&[("Forwarded", "for=192.0.2.1;proto=https, for=10.2.3.4;proto=http")], "192.0.2.1 http")]
    #[case::scheme_of_the_client(&[("Forwarded", "for=a;proto=https, for=192.0.2.1")], "192.0.2.1 http")]
    #[case::appended_scheme(&[("X-Forwarded-Proto", "https, http")], "10.0.0.1 http")]
    #[case::appended_in_a_line(&[("X-Forwarded-Proto", "https"), ("X-Forwarded-Proto", "http")], "10.0.0.1 http")]
    #[case::replaced_scheme(&[("X-Forwarded-Proto", "http, https")], "10.0.0.1 https")]
    #[case::scheme_in_capitals(&[("X-Forwarded-Proto", "HTTPS")], "10.0.0.1 https")]
    #[case::no_scheme(&[("X-Forwarded-Proto", "httpss")], "10.0.0.1 http")]
    #[case::another_header(&[("X-Real-IP", "192.0.2.1"), ("X-Forwarded-Ssl", "on")], "10.0.0.1 http")]
    fn a_trusted_proxy_is_believed_from_the_right(#[case] headers: &[(&str, &str)], #[case] expected: &str) {
        let headers = || headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        assert_eq!(show(source(PROXY, headers())), expected);
        assert_eq!(show(source("::ffff:10.0.0.1", headers())), expected);
        assert_eq!(show(source(STRANGER, headers())), "203.0.113.9 http");
    }

    #[rstest]
    #[case::no_proxy_took_part(&[], Some("10.0.0.1"), Some("203.0.113.9"))]
    #[case::one_proxy(&[("X-Forwarded-For", "192.0.2.1"), ("Via", "1.1 a")], Some("192.0.2.1"), None)]
    #[case::what_the_client_wrote_is_passed_over(&[("X-Forwarded-For", "127.0.0.1, 192.0.2.1")], Some("192.0.2.1"), None)]
    #[case::proxies_alone(&[("X-Forwarded-For", "10.2.3.5, 10.2.3.4")], Some("10.2.3.5"), None)]
    #[case::both_agree(&[("Forwarded", "for=192.0.2.1"), ("X-Forwarded-For", "192.0.2.1")], Some("192.0.2.1"), None)]
    #[case::both_differ(&[("Forwarded", "for=127.0.0.1"), ("X-Forwarded-For", "192.0.2.1")], None, None)]
    #[case::half_of_both_is_unreadable(&[("Forwarded", "for=_x"), ("X-Forwarded-For", "10.0.0.1, nonsense")], None, None)]
    #[case::unreadable(&[("X-Forwarded-For", "127.0.0.1, nonsense, 10.2.3.4")], None, None)]
    #[case::empty(&[("X-Forwarded-For", "")], None, None)]
    #[case::hidden(&[("Forwarded", "for=unknown;proto=https")], None, None)]
    #[case::a_proxy_that_names_nobody(&[("X-Forwarded-Proto", "https")], None, None)]
    #[case::nobody_named_in_a_header_of_ours(&[("X-Real-IP", "127.0.0.1")], None, None)]
    #[case::only_the_proxy_shows(&[("Via", "1.1 a")], None, None)]
    fn a_client_is_certain_where_nothing_speaks_against_it(
        #[case] headers: &[(&str, &str)],
        #[case] behind_a_proxy: Option<&str>,
        #[case] without_one: Option<&str>,
    ) {
        let headers = || headers.iter().map(|(name, value)| (*name, value.as_bytes()));
        assert_eq!(certain(PROXY, headers()).as_deref(), behind_a_proxy);
        assert_eq!(certain(STRANGER, headers()).as_deref(), without_one);
    }

    const NAMES: [&str; 3] = ["forwarded", "x-forwarded-for", "x-forwarded-proto"];

    /// What a header may hold: elements as proxies write them, pieces of such elements, or rubbish.
    fn value() -> impl Strategy<Value = Vec<u8>> {
        let whole = ["192.0.2.1", "10.0.0.2", "for=192.0.2.1;proto=https", "for=10.0.0.2", "https", "for=\""];
        let pieces = ["for=", "proto=", "https", "10.0.0.2", "[2001:db8:aa::2]", ",", ";", "\"", "\\", ":80", " ", "="];
        let whole = prop::collection::vec(prop::sample::select(whole.to_vec()), 1..4);
        let pieces = prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12);
        let rubbish = prop::collection::vec(prop_oneof![0x20..0x7fu8, 0x80..=0xffu8], 0..40);
        prop_oneof![
            whole.prop_map(|elements| elements.join(", ").into_bytes()),
            pieces.prop_map(|pieces| pieces.concat().into_bytes()),
            rubbish,
        ]
    }

    fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
        prop::collection::vec((prop::sample::select(NAMES.to_vec()), value()), 0..5)
    }

    fn as_slices<'a>(headers: &'a [(&'a str, Vec<u8>)]) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        headers.iter().map(|(name, value)| (*name, value.as_slice()))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_stranger_changes_nothing_with_any_header(headers in headers()) {
            prop_assert_eq!(show(source(STRANGER, as_slices(&headers))), "203.0.113.9 http");
            let expected = headers.is_empty().then(|| STRANGER.to_owned());
            prop_assert_eq!(certain(STRANGER, as_slices(&headers)), expected);
        }

        #[test]
        fn behind_a_proxy_that_appends_a_client_is_itself_or_the_proxy(
            mut headers in headers(),
            own in value(),
            (name, appended) in prop::sample::select(vec![
                ("x-forwarded-for", "203.0.113.9"),
                ("forwarded", "for=203.0.113.9;proto=http"),
                ("forwarded", r#"for="203.0.113.9:80";proto=http"#),
            ]),
            in_a_line_of_its_own: bool,
        ) {
            if in_a_line_of_its_own {
                headers.push((name, appended.as_bytes().to_vec()));
            } else {
                headers.push((name, [own.as_slice(), b", ", appended.as_bytes()].concat()));
            }
            headers.push(("x-forwarded-proto", b"http".to_vec()));
            let alone = headers.iter().all(|(other, _)| *other == name || *other == "x-forwarded-proto");
            let shown = show(source(PROXY, as_slices(&headers)));
            prop_assert!(shown == "203.0.113.9 http" || !alone && shown == "10.0.0.1 http", "{}", shown);
            let certain = certain(PROXY, as_slices(&headers));
            prop_assert!(certain.as_deref() == Some(STRANGER) || !alone && certain.is_none(), "{:?}", certain);
        }
    }
}
