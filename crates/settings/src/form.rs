//! How the values of settings are written, and what is read from them.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net};
use ore_domain::is_loopback_host;
use secrecy::SecretString;
use strum::VariantNames;
use url::Url;

use super::declaration::ValueType;

/// How a value is written, together with the function that reads it. That is asked for numbers in their range alone.
pub(super) struct Form<T> {
    pub(super) value_type: ValueType,
    pub(super) parse: fn(&str) -> Result<T, Rejected>,
}

impl<T> Form<T> {
    pub(super) fn read(&self, text: &str) -> Result<T, Rejected> {
        let is_in_range = match self.value_type {
            ValueType::Number(least, most, _) => text.parse().is_ok_and(|number| (least..=most).contains(&number)),
            ValueType::Seconds(most) => text.parse().is_ok_and(|seconds| (0.1..=f64::from(most)).contains(&seconds)),
            _ => true,
        };
        let value = if is_in_range { (self.parse)(text) } else { Err("is out of range".into()) };
        value.map_err(|rejected| match self.value_type {
            ValueType::Number(least, most, what) => format!("is not {what} ({least} to {most})").into(),
            ValueType::Seconds(most) => format!("is not a number of seconds (0.1 to {most})").into(),
            ValueType::Choice(what, [words @ .., last]) => {
                format!("is not {what} ({} or {last})", words.join(", ")).into()
            }
            _ => rejected,
        })
    }
}

pub(super) const fn text<T>(kind: &'static str, parse: fn(&str) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Text(kind), parse }
}

pub(super) const fn secret<T>(kind: &'static str, parse: fn(&str) -> Result<T, Rejected>) -> Form<T> {
    Form { value_type: ValueType::Secret(kind), parse }
}

/// The form of a type that reads itself. Its error is the end of a sentence that begins with the value.
pub(super) const fn parsed<T: FromStr<Err: Display>>(value_type: ValueType) -> Form<T> {
    Form { value_type, parse: |text| Ok(text.parse()?) }
}

/// What the field of a setting holds: one value of its form, perhaps one, or a list.
pub(super) trait Field<T>: Sized {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected>;
}

impl<T> Field<T> for T {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        parse(text)
    }
}

impl<T> Field<T> for Option<T> {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
    }
}

impl<T> Field<T> for Vec<T> {
    fn read(text: &str, parse: impl Fn(&str) -> Result<T, Rejected>) -> Result<Self, Rejected> {
        let parse = |item: &String| parse(item.trim()).map_err(|rejected| rejected.of_part(item.trim()));
        items(text)?.iter().map(parse).collect()
    }
}

/// The items of a list: a JSON array of strings, or items separated by commas. An empty text is an empty list.
pub(super) fn items(text: &str) -> Result<Vec<String>, Rejected> {
    match text {
        "" => Ok(Vec::new()),
        _ if text.starts_with('[') => Ok(serde_json::from_str(text).map_err(|_| "is not a JSON array of strings")?),
        _ => Ok(text.split(',').map(str::to_owned).collect()),
    }
}

/// Why a text is not a value of its setting.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The end of a sentence that begins with the value, such as `is not a port (0 to 65535)`.
    pub(super) reason: String,
    /// The part that is wrong, when it is not the whole text.
    pub(super) part: Option<String>,
    /// Whether the reason is a whole sentence.
    pub(super) is_sentence: bool,
    /// A better example than that of the declaration.
    pub(super) example: Option<&'static str>,
}

impl Rejected {
    /// The same, unless a part is known already.
    pub(super) fn of_part(self, part: &str) -> Self {
        Self { part: self.part.or_else(|| Some(part.to_owned())), ..self }
    }
}

/// A reason alone, as `?` finds it in an error.
impl<Reason: Display> From<Reason> for Rejected {
    fn from(reason: Reason) -> Self {
        Self { reason: reason.to_string(), part: None, is_sentence: false, example: None }
    }
}

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

/// One of the words of an enumeration; `what` is their common name with an article.
pub(super) const fn choice<T: FromStr<Err: Display> + VariantNames>(what: &'static str) -> Form<T> {
    parsed(ValueType::Choice(what, T::VARIANTS))
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

/// Whether what is sent to the URL crosses a network in the clear. On this machine nothing crosses one.
pub(super) fn is_exposed(url: &Url) -> bool {
    url.scheme() == "http" && !url.host_str().is_some_and(is_loopback_host)
}
