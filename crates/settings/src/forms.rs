//! The forms that several settings have, and the reading of their values.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use secrecy::SecretString;
use url::Url;

use super::form::{Form, Rejected, ValueType, secret, text};

/// Room for any name, and little of the 4 KiB that a token may have.
const MAXIMUM_LINE_CHARACTERS: usize = 255;
const DAY: Duration = Duration::from_hours(24);

pub(super) const LINE: Form<String> = text("line", |text, _| match text {
    "" => Err(Rejected::new("is empty")),
    _ => possibly_empty_line(text),
});
pub(super) const POSSIBLY_EMPTY_LINE: Form<String> = text("line", |text, _| possibly_empty_line(text));
pub(super) const BOOLEAN: Form<bool> = text("boolean", |text, _| boolean(text));
pub(super) const FILE: Form<PathBuf> = text("file-path", |text, _| path(text));
pub(super) const DIRECTORY: Form<PathBuf> = text("directory-path", |text, _| path(text));
pub(super) const HOST: Form<IpAddr> = text("host", |text, _| host(text));
pub(super) const SOCKET_ADDRESS: Form<SocketAddr> = text("socket-address", |text, _| socket_address(text));
pub(super) const NETWORK: Form<IpNet> = text("network-list", |text, _| network(text));
pub(super) const SITE: Form<Url> = text("site-url", |text, _| site(text));
pub(super) const KEY: Form<SecretString> = secret("key", |text, _| Ok(SecretString::from(text)));

/// A whole number from `least` to `most`; `what` is its name with an article.
pub(super) const fn number<T: FromStr>(least: u64, most: u64, what: &'static str) -> Form<T> {
    Form { value_type: ValueType::Number(least, most, what), parse: whole }
}

pub(super) const fn whole_seconds(least: u64, most: u64) -> Form<Duration> {
    let value_type = ValueType::Number(least, most, "a number of seconds");
    Form { value_type, parse: |text, value_type| whole(text, value_type).map(Duration::from_secs) }
}

pub(super) const fn minutes(most: u64) -> Form<Duration> {
    let value_type = ValueType::Number(1, most, "a number of minutes");
    Form { value_type, parse: |text, value_type| whole(text, value_type).map(Duration::from_mins) }
}

pub(super) const fn days(most: u32) -> Form<Duration> {
    let value_type = ValueType::Number(1, most as u64, "a number of days");
    Form { value_type, parse: |text, value_type| whole(text, value_type).map(|days: u32| DAY * days) }
}

/// Days, where 0 stands for never.
pub(super) const fn days_or_never(most: u32) -> Form<Option<Duration>> {
    let value_type = ValueType::Number(0, most as u64, "a number of days");
    Form {
        value_type,
        parse: |text, value_type| {
            Ok(Some(whole(text, value_type)?).filter(|days| *days > 0).map(|days: u32| DAY * days))
        },
    }
}

/// Seconds, also a fraction of one, from a tenth.
pub(super) const fn seconds(most: u32) -> Form<Duration> {
    Form {
        value_type: ValueType::Seconds(most),
        parse: |text, value_type| {
            let ValueType::Seconds(most) = value_type else { return Err(mismatch(value_type)) };
            let seconds = text.parse().ok().filter(|seconds| (0.1..=f64::from(most)).contains(seconds));
            seconds.map(Duration::from_secs_f64).ok_or_else(|| mismatch(value_type))
        },
    }
}

/// One of these words; `what` is their common name with an article.
pub(super) const fn choice<T: FromStr>(what: &'static str, words: &'static [&'static str]) -> Form<T> {
    let value_type = ValueType::Choice(what, words);
    Form { value_type, parse: |text, value_type| text.parse().map_err(|_| mismatch(value_type)) }
}

fn whole<T: FromStr>(text: &str, value_type: ValueType) -> Result<T, Rejected> {
    let is_in_range = match value_type {
        ValueType::Number(least, most, _) => text.parse().is_ok_and(|number| (least..=most).contains(&number)),
        _ => false,
    };
    text.parse().ok().filter(|_| is_in_range).ok_or_else(|| mismatch(value_type))
}

/// Why a text is no number or word of the form.
pub(super) fn mismatch(value_type: ValueType) -> Rejected {
    Rejected::new(match value_type {
        ValueType::Number(least, most, what) => format!("is not {what} ({least} to {most})"),
        ValueType::Seconds(most) => format!("is not a number of seconds (0.1 to {most})"),
        ValueType::Choice(what, [words @ .., last]) => format!("is not {what} ({} or {last})", words.join(", ")),
        _ => "is not what the setting takes".to_owned(),
    })
}

fn possibly_empty_line(text: &str) -> Result<String, Rejected> {
    if text.chars().any(char::is_control) {
        return Err(Rejected::new("holds a control character"));
    }
    if text.chars().count() > MAXIMUM_LINE_CHARACTERS {
        return Err(Rejected::new(format!("is longer than {MAXIMUM_LINE_CHARACTERS} characters")));
    }
    Ok(text.to_owned())
}

/// The words that pydantic 2 takes for a boolean, in any case.
fn boolean(text: &str) -> Result<bool, Rejected> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "y" | "t" => Ok(true),
        "false" | "0" | "off" | "no" | "n" | "f" => Ok(false),
        _ => Err(Rejected::new("is not a boolean (true or false)")),
    }
}

fn path(text: &str) -> Result<PathBuf, Rejected> {
    if text.is_empty() { Err(Rejected::new("is not a path")) } else { Ok(PathBuf::from(text)) }
}

fn host(text: &str) -> Result<IpAddr, Rejected> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    without_brackets(text).parse().map_err(|_| Rejected::new("is not an IP address or localhost"))
}

fn socket_address(text: &str) -> Result<SocketAddr, Rejected> {
    let parts = text.rsplit_once(':').filter(|(host, _)| host.starts_with('[') || !host.contains(':'));
    parts
        .and_then(|(address, port)| Some(SocketAddr::new(host(address).ok()?, port.parse().ok()?)))
        .ok_or_else(|| Rejected::new("is not an IP address with a port"))
}

/// A network such as `10.0.0.0/8`; a bare address is a network of one. Refuses what an operator may read as another
/// network than it is.
fn network(text: &str) -> Result<IpNet, Rejected> {
    let bare = || text.parse::<IpAddr>().ok().map(IpNet::from);
    let network: Option<IpNet> = text.parse().ok().or_else(bare);
    let network = network.ok_or_else(|| Rejected::new("is not an IP address or network (CIDR)"))?;
    if let Some(ipv4) = as_ipv4(network) {
        // Peers count by their IPv4 addresses, none of which it would hold.
        return Err(Rejected::new(format!("is IPv4 in the form of IPv6; write {ipv4}")));
    }
    let whole = network.trunc();
    if whole != network {
        return Err(Rejected::new(format!("has bits beyond its prefix; write {whole}")));
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
fn site(text: &str) -> Result<Url, Rejected> {
    let mut url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))
        .ok_or_else(|| Rejected::new("is not an http or https URL"))?;
    if !url.username().is_empty() || url.password().is_some() {
        let without_credentials = url.set_username("").and_then(|()| url.set_password(None)).map(|()| url.to_string());
        return Err(
            Rejected::new("comes with a user name or password").of_part(&without_credentials.unwrap_or_default())
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Rejected::new("has a query or fragment"));
    }
    Ok(url)
}

/// Whether what the URL names is on this machine, so that nothing passes a network.
pub(super) fn is_loopback(url: &Url) -> bool {
    // The `url` crate leaves the hosts of other schemes than those of web sites as text.
    url.host_str().is_some_and(|host| is_loopback_host(without_brackets(host)))
}

/// Whether the name or address, one of IPv6 without brackets, is of this machine.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
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
        assert!(site(text).is_err());
    }
}
