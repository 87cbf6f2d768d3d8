//! The web pages that may call, and those that may use passkeys.

use ore_domain::{AllowedOrigins, WebOrigin};
use url::{Host, Url};

use super::declaration::SettingSpec;
use super::form::{Field, Form, Rejected, is_exposed, items, text};
use super::values::Values;

pub(super) const ORIGINS: Form<AllowedOrigins> = text("origin-list", origins);
pub(super) const PAGE_ORIGIN: Form<Url> = text("page-origin-list", page_origin);

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

/// In production, nobody else's page may call, and no page that somebody on the way could change.
pub(super) fn check_origins(values: &mut Values, spec: &'static SettingSpec, origins: &AllowedOrigins) {
    match origins {
        _ if !values.is_production() => {}
        AllowedOrigins::Any => {
            let problem = "* is refused in production, where any web site could act for a user; name the origins";
            values.refuse_as_unsafe(spec, problem);
        }
        AllowedOrigins::Exactly(origins) => {
            if let Some(origin) = origins.iter().find(|origin| is_exposed(origin.url())) {
                let advice = "anybody on the way can change its pages, which may then call for a user; use https";
                values.warn(spec, format_args!("names {}: {advice}", origin.as_str()));
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
    let url = origin(text)?.url().clone();
    let is_secure = matches!(url.scheme(), "http" | "https") && !is_exposed(&url);
    if is_secure { Ok(url) } else { Err("is not https, without which browsers have no passkeys".into()) }
}

fn origin(text: &str) -> Result<WebOrigin, Rejected> {
    Ok(text.parse()?)
}
