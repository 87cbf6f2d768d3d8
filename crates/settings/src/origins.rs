//! The web pages that may call, and those that may use passkeys.

use url::{Host, Position, Url};

use super::declaration::SettingSpec;
use super::form::{Field, Form, Rejected, items, text};
use super::forms::is_loopback;
use super::values::Values;

pub(super) const ORIGINS: Form<AllowedOrigins> = text("origin-list", origins);
pub(super) const PAGE_ORIGIN: Form<Url> = text("page-origin-list", page_origin);

/// Which origins browsers may call from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Every origin. Never in production, since credentials are allowed too.
    Any,
    /// These origins, each as a browser sends it in `Origin` (RFC 6454 6.2), compared byte for byte. May be empty.
    Exactly(Vec<String>),
}

/// Which site passkeys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeySettings {
    /// The host that passkeys are bound to.
    pub relying_party_id: String,
    /// The origin of pages on that host.
    pub origin: Url,
    /// Further origins of pages.
    pub other_origins: Vec<Url>,
    /// Whether the port of an origin does not count.
    pub takes_any_port: bool,
}

impl AllowedOrigins {
    pub(super) fn check(&self, spec: &'static SettingSpec, values: &mut Values) {
        let is_plain =
            |origin: &&String| Url::parse(origin).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
        match self {
            _ if !values.is_production() => {}
            Self::Any => {
                let problem = "* is refused in production, where any web site could act for a user; name the origins";
                values.refuse_as_unsafe(spec, problem);
            }
            Self::Exactly(origins) => {
                if let Some(origin) = origins.iter().find(is_plain) {
                    let advice = "anybody on the way can change its pages, which may then call for a user; use https";
                    values.warn(spec, format_args!("names {origin}: {advice}"));
                }
            }
        }
    }
}

impl PasskeySettings {
    /// `None` where it is not known which site passkeys would be for: in production without a public URL, and wherever
    /// that names an address, for which browsers make no passkeys.
    pub(super) fn new(public_url: Option<&Url>, other_origins: &[Url], is_production: bool) -> Option<Self> {
        let takes_any_port = public_url.is_none() && !is_production;
        let mut origin = if takes_any_port { Url::parse("http://localhost").ok()? } else { public_url?.clone() };
        origin.set_path("/");
        let Some(Host::Domain(relying_party_id)) = origin.host().map(|host| host.to_owned()) else { return None };
        Some(Self { relying_party_id, origin, other_origins: other_origins.to_vec(), takes_any_port })
    }
}

fn origins(text: &str) -> Result<AllowedOrigins, Rejected> {
    if items(text)? == ["*"] { Ok(AllowedOrigins::Any) } else { Field::read(text, origin).map(AllowedOrigins::Exactly) }
}

/// Only such pages have the API for passkeys (Secure Contexts, 3.1).
fn page_origin(text: &str) -> Result<Url, Rejected> {
    let url = Url::parse(&origin(text)?).map_err(|_| NO_ORIGIN)?;
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    if is_secure { Ok(url) } else { Err("is not https, without which browsers have no passkeys".into()) }
}

const NO_ORIGIN: &str = "is not an origin (scheme://host[:port])";

/// An origin. Refuses what no browser sends, which would never match.
fn origin(text: &str) -> Result<String, Rejected> {
    match text {
        "*" => return Err("stands alone or not at all".into()),
        "null" => return Err("is the origin of any sandboxed page, and cannot be told from another".into()),
        _ if text.contains('*') => {
            return Err("holds a wildcard, and origins are compared whole; write each one out".into());
        }
        _ => {}
    }
    let url = Url::parse(text).map_err(|_| NO_ORIGIN)?;
    // `Url::origin` knows the origins of web sites alone; browsers also send those of extensions and app shells.
    let host_and_port = &url[Position::BeforeHost..Position::AfterPort];
    let origin = format!("{}://{host_and_port}", url.scheme());
    match url.scheme() {
        _ if host_and_port.is_empty() => Err(NO_ORIGIN.into()),
        "ws" => Err("is no page's origin, which begins with http://".into()),
        "wss" | "ftp" => Err("is no page's origin, which begins with https://".into()),
        _ if origin != text => Err(format!("is not what a browser sends; write {origin}").into()),
        _ => Ok(origin),
    }
}
