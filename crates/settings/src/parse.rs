//! Reading one value from its text. The errors end the sentence `"<text>" …`.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};
use ore_redis::SentinelUrl;
use ore_security::token::Algorithm;
use redis::{ConnectionAddr, IntoConnectionInfo};
use secrecy::SecretString;
use url::Url;

use super::fault::Rejected;

/// A type whose error ends the sentence by itself.
pub(super) fn from_str<T: FromStr<Err: Display>>(text: &str) -> Result<T, Rejected> {
    text.parse().map_err(|error: T::Err| Rejected::whole(error.to_string()))
}

/// Room for any name, and little of the 4 KiB that a token may have.
const MAXIMUM_LINE_CHARACTERS: usize = 255;

/// A line of text that is not empty.
pub(super) fn line(text: &str) -> Result<String, Rejected> {
    if text.is_empty() {
        return Err(Rejected::whole("is empty"));
    }
    possibly_empty_line(text)
}

/// A line of text.
pub(super) fn possibly_empty_line(text: &str) -> Result<String, Rejected> {
    if text.chars().any(char::is_control) {
        return Err(Rejected::whole("holds a control character"));
    }
    if text.chars().count() > MAXIMUM_LINE_CHARACTERS {
        return Err(Rejected::whole(format!("is longer than {MAXIMUM_LINE_CHARACTERS} characters")));
    }
    Ok(text.to_owned())
}

/// The words that pydantic 2 takes for a boolean, in any case.
pub(super) fn boolean(text: &str) -> Result<bool, Rejected> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "y" | "t" => Ok(true),
        "false" | "0" | "off" | "no" | "n" | "f" => Ok(false),
        _ => Err(Rejected::whole("is not a boolean (true or false)")),
    }
}

/// A whole number in a range; `what` is its name with an article.
pub(super) fn number<T: FromStr + PartialOrd + Display>(
    what: &str,
    range: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, Rejected> {
    move |text| match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(Rejected::whole(format!("is not {what} ({} to {})", range.start(), range.end()))),
    }
}

/// A list, as a JSON array of strings or separated by commas. An empty text is an empty list.
pub(super) fn list<T>(text: &str, item: impl Fn(&str) -> Result<T, Rejected>) -> Result<Vec<T>, Rejected> {
    let items: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|_| Rejected::whole("is not a JSON array of strings"))?
    } else if text.is_empty() {
        Vec::new()
    } else {
        text.split(',').map(str::to_owned).collect()
    };
    items.iter().map(|text| item(text.trim())).collect()
}

/// A signature algorithm, as RFC 7518 3.1 writes it.
pub(super) fn algorithm(text: &str) -> Result<Algorithm, Rejected> {
    text.parse()
        .map_err(|_| Rejected::whole("is not a signature algorithm (HS256, HS384, HS512, EdDSA, ES256 or RS256)"))
}

/// An IP address, or `localhost`.
pub(super) fn host(text: &str) -> Result<IpAddr, Rejected> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().map_err(|_| Rejected::whole("is not an IP address or localhost"))
}

/// An IP address, or `localhost`, with a port.
pub(super) fn socket_address(text: &str) -> Result<SocketAddr, Rejected> {
    let parts = text.rsplit_once(':').filter(|(host, _)| host.starts_with('[') || !host.contains(':'));
    parts
        .and_then(|(address, port)| Some(SocketAddr::new(host(address).ok()?, port.parse().ok()?)))
        .ok_or_else(|| Rejected::whole("is not an IP address with a port"))
}

/// A network such as `10.0.0.0/8`; a bare address is a network of one. Refuses what an operator may read as another
/// network than it is.
pub(super) fn network(text: &str) -> Result<IpNet, Rejected> {
    let bare = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network: Option<IpNet> = text.parse().ok().or_else(bare);
    let network = network.ok_or_else(|| Rejected::item(text, "is not an IP address or network (CIDR)"))?;
    if let Some(ipv4) = as_ipv4(network) {
        // Peers count by their IPv4 addresses, none of which it would hold.
        return Err(Rejected::item(text, format!("is IPv4 in the form of IPv6; write {ipv4}")));
    }
    let whole = network.trunc();
    if whole != network {
        return Err(Rejected::item(text, format!("has bits beyond its prefix; write {whole}")));
    }
    Ok(network)
}

/// The IPv4 network that an IPv6 one maps (RFC 4291, 2.5.5.2).
fn as_ipv4(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(network) = network else { return None };
    let address = network.addr().to_ipv4_mapped()?;
    Some(Ipv4Net::new(address, network.prefix_len().checked_sub(96)?).ok()?.trunc().into())
}

/// The URL of a web site, to which paths are appended.
pub(super) fn site_url(text: &str) -> Result<Url, Rejected> {
    let mut url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Rejected::whole("is not an http or https URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        let without_credentials = url.set_username("").and_then(|()| url.set_password(None)).map(|()| url.to_string());
        return Err(Rejected::item(&without_credentials.unwrap_or_default(), "comes with a user name or password"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Rejected::whole("has a query or fragment"));
    }
    Ok(url)
}

/// Whether what the URL names is on this machine, so that nothing passes a network.
pub(super) fn is_loopback(url: &Url) -> bool {
    // The `url` crate leaves the hosts of other schemes than those of web sites as text.
    url.host_str().is_some_and(|host| {
        is_loopback_host(host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host))
    })
}

/// Whether the name or address, one of IPv6 without brackets, is of this machine.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// A bearer token as a header carries it (RFC 6750, 2.1, and whatever else is visible ASCII).
pub(super) fn bearer_token(text: &str) -> Result<SecretString, Rejected> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(SecretString::from(text));
    }
    Err(Rejected::whole("holds a character that a bearer token cannot hold, such as white space"))
}

/// The URL of a Redis server, as its client takes it, or those of its sentinels. `tls=disable` says that plain
/// `redis://` is meant.
pub(super) fn redis_urls(text: &str) -> Result<Vec<Url>, Rejected> {
    if !SentinelUrl::is_meant_by(text) {
        return Ok(vec![redis_url(text)?]);
    }
    let of_another_form = "is not of the form redis+sentinel://host:port,host:port/name";
    let url = SentinelUrl::parse(text).ok_or_else(|| Rejected::whole(of_another_form))?;
    url.servers.iter().map(|server| redis_url(server)).collect()
}

fn redis_url(text: &str) -> Result<Url, Rejected> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host() && text.trim() == text)
        .ok_or_else(|| Rejected::whole("is not a redis:// or rediss:// URL with a host"))?;
    let connection =
        text.into_connection_info().map_err(|_| Rejected::whole("is not a URL that Redis clients know"))?;
    // The client would connect without TLS settings that this program is not built with.
    if matches!(connection.addr(), ConnectionAddr::TcpTls { insecure: true, .. }) {
        return Err(Rejected::whole("asks for TLS without checking certificates"));
    }
    if url.query_pairs().any(|(name, value)| name == "tls" && (value != "disable" || url.scheme() != "redis")) {
        return Err(Rejected::whole("has a tls other than tls=disable of a redis:// URL; write rediss:// for TLS"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn every_word_of_pydantic_is_a_boolean_in_any_case(
        #[values("true", "1", "on", "yes", "y", "t")] truth: &str,
        #[values("false", "0", "off", "no", "n", "f")] untruth: &str,
    ) {
        assert_eq!((boolean(truth).ok(), boolean(untruth).ok()), (Some(true), Some(false)));
        let (truth, untruth) = (truth.to_uppercase(), untruth.to_uppercase());
        assert_eq!((boolean(&truth).ok(), boolean(&untruth).ok()), (Some(true), Some(false)));
    }

    #[rstest]
    #[case("")]
    #[case("2")]
    #[case("maybe")]
    fn another_word_is_no_boolean(#[case] text: &str) {
        assert!(boolean(text).is_err());
    }

    #[rstest]
    #[case("", &[])]
    #[case("[]", &[])]
    #[case("a, b", &["a", "b"])]
    #[case(r#"[ "a" , "b" ]"#, &["a", "b"])]
    #[case("a,", &["a", ""])]
    fn a_list_is_json_or_separated_by_commas(#[case] text: &str, #[case] items: &[&str]) {
        assert_eq!(list(text, possibly_empty_line).unwrap(), items);
    }

    #[rstest]
    #[case(r#"["a""#)]
    #[case("[1]")]
    #[case("[a]")]
    fn a_broken_json_array_is_not_taken_for_text(#[case] text: &str) {
        assert!(list(text, line).is_err());
    }

    #[rstest]
    #[case("127.0.0.1:9090", "127.0.0.1:9090")]
    #[case("localhost:9090", "127.0.0.1:9090")]
    #[case("[::1]:9090", "[::1]:9090")]
    fn an_address_with_a_port_is_read(#[case] text: &str, #[case] address: &str) {
        assert_eq!(socket_address(text).unwrap().to_string(), address);
    }

    #[rstest]
    #[case("9090")]
    #[case("127.0.0.1")]
    #[case("::1:9090")]
    #[case("example.com:9090")]
    #[case("127.0.0.1:99999")]
    fn half_an_address_is_refused(#[case] text: &str) {
        assert!(socket_address(text).is_err());
    }

    #[test]
    fn a_bare_address_is_a_network_of_one() {
        assert_eq!(network("192.0.2.7").unwrap().to_string(), "192.0.2.7/32");
        assert_eq!(network("2001:db8::1").unwrap().to_string(), "2001:db8::1/128");
        assert!(network("10.0.0.0/33").is_err());
    }

    #[rstest]
    #[case("example.com")]
    #[case("ftp://example.com")]
    #[case("https://")]
    #[case("https://example.com?a=b")]
    fn a_site_is_a_plain_web_url(#[case] text: &str) {
        assert!(site_url(text).is_err());
    }
}
