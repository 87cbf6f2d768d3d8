//! The forms that several settings have, and the reading of their values.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use ore_domain::is_loopback_host;
use secrecy::SecretString;
use url::Url;

use super::form::{Form, Rejected, ValueType, parsed, secret, text};

/// Room for any name, and little of the 4 KiB that a token may have.
const MAXIMUM_LINE_CHARACTERS: usize = 255;
const DAY: Duration = Duration::from_hours(24);

pub(super) const LINE: Form<String> =
    text("line", |text| if text.is_empty() { Err("is empty".into()) } else { possibly_empty_line(text) });
pub(super) const POSSIBLY_EMPTY_LINE: Form<String> = text("line", possibly_empty_line);
pub(super) const BOOLEAN: Form<bool> = text("boolean", boolean);
pub(super) const FILE: Form<PathBuf> = text("file-path", path);
pub(super) const DIRECTORY: Form<PathBuf> = text("directory-path", path);
pub(super) const HOST: Form<IpAddr> = text("host", host);
pub(super) const SOCKET_ADDRESS: Form<SocketAddr> = text("socket-address", socket_address);
pub(super) const NETWORK: Form<IpNet> = text("network-list", network);
pub(super) const SITE: Form<Url> = text("site-url", site);
pub(super) const KEY: Form<SecretString> = secret("key", |text| Ok(SecretString::from(text)));

/// A whole number from `least` to `most`; `what` is its name with an article.
pub(super) const fn number<T: FromStr<Err: Display>>(least: u64, most: u64, what: &'static str) -> Form<T> {
    parsed(ValueType::Number(least, most, what))
}

/// One of these words; `what` is their common name with an article.
pub(super) const fn choice<T: FromStr<Err: Display>>(what: &'static str, words: &'static [&'static str]) -> Form<T> {
    parsed(ValueType::Choice(what, words))
}

/// Seconds, also a fraction of one, from a tenth.
pub(super) const fn seconds(most: u32) -> Form<Duration> {
    Form { value_type: ValueType::Seconds(most), parse: |text| Ok(Duration::from_secs_f64(text.parse()?)) }
}

pub(super) const fn whole_seconds(least: u64, most: u64) -> Form<Duration> {
    let value_type = ValueType::Number(least, most, "a number of seconds");
    Form { value_type, parse: |text| Ok(Duration::from_secs(text.parse()?)) }
}

pub(super) const fn minutes(most: u64) -> Form<Duration> {
    let value_type = ValueType::Number(1, most, "a number of minutes");
    Form { value_type, parse: |text| Ok(Duration::from_mins(text.parse()?)) }
}

pub(super) const fn days(most: u64) -> Form<Duration> {
    let value_type = ValueType::Number(1, most, "a number of days");
    Form { value_type, parse: |text| Ok(DAY * text.parse::<u32>()?) }
}

/// Days, where 0 stands for never.
pub(super) const fn days_or_never(most: u64) -> Form<Option<Duration>> {
    let value_type = ValueType::Number(0, most, "a number of days");
    Form { value_type, parse: |text| Ok(Some(DAY * text.parse::<u32>()?).filter(|time| !time.is_zero())) }
}

fn possibly_empty_line(text: &str) -> Result<String, Rejected> {
    if text.chars().any(char::is_control) {
        return Err("holds a control character".into());
    }
    if text.chars().count() > MAXIMUM_LINE_CHARACTERS {
        return Err(format!("is longer than {MAXIMUM_LINE_CHARACTERS} characters").into());
    }
    Ok(text.to_owned())
}

/// The words that pydantic 2 takes for a boolean, in any case.
fn boolean(text: &str) -> Result<bool, Rejected> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" | "y" | "t" => Ok(true),
        "false" | "0" | "off" | "no" | "n" | "f" => Ok(false),
        _ => Err("is not a boolean (true or false)".into()),
    }
}

fn path(text: &str) -> Result<PathBuf, Rejected> {
    if text.is_empty() { Err("is not a path".into()) } else { Ok(PathBuf::from(text)) }
}

fn host(text: &str) -> Result<IpAddr, Rejected> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    Ok(bare.parse().map_err(|_| "is not an IP address or localhost")?)
}

fn socket_address(text: &str) -> Result<SocketAddr, Rejected> {
    let parts = text.rsplit_once(':').filter(|(host, _)| host.starts_with('[') || !host.contains(':'));
    let address = parts.and_then(|(address, port)| Some(SocketAddr::new(host(address).ok()?, port.parse().ok()?)));
    Ok(address.ok_or("is not an IP address with a port")?)
}

/// A network such as `10.0.0.0/8`; a bare address is a network of one. Refuses what an operator may read as another
/// network than it is.
fn network(text: &str) -> Result<IpNet, Rejected> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
    let network = network.map_err(|_| "is not an IP address or network (CIDR)")?;
    if let Some(ipv4) = as_ipv4(network) {
        // Peers count by their IPv4 addresses, none of which it would hold.
        return Err(format!("is IPv4 in the form of IPv6; write {ipv4}").into());
    }
    if network.trunc() != network {
        return Err(format!("has bits beyond its prefix; write {}", network.trunc()).into());
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
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let mut url = url.ok_or("is not an http or https URL")?;
    if !url.username().is_empty() || url.password().is_some() {
        let without_credentials = url.set_username("").and_then(|()| url.set_password(None)).map(|()| url.to_string());
        return Err(
            Rejected::from("comes with a user name or password").of_part(&without_credentials.unwrap_or_default())
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or fragment".into());
    }
    Ok(url)
}

/// Whether what the URL names is on this machine, so that nothing passes a network.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback_host)
}
