//! Which site passkeys are for.

use url::{Host, Url};

use super::cors::check_origin;
use super::fault::Rejected;
use super::values::{Invalid, Values};
use super::{ServerSettings, catalogue, parse};

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

impl PasskeySettings {
    /// `None` where it is not known which site passkeys would be for: in production without a public URL, and wherever that
    /// names an address, for which browsers make no passkeys.
    pub(super) fn read(values: &mut Values, server: Option<&ServerSettings>) -> Result<Option<Self>, Invalid> {
        let other_origins = values.read(&catalogue::PASSKEY_ORIGINS, |text| parse::list(text, page_origin))?;
        let Some(server) = server else { return Err(Invalid) };
        let is_local = server.public_url.is_none() && !values.environment().is_production();
        let url = if is_local { Url::parse("http://localhost").ok() } else { server.public_url.clone() };
        let host = url.as_ref().and_then(Url::host).map(|host| host.to_owned());
        if let (Some(origin), Some(Host::Domain(relying_party_id))) = (url.map(origin_of), host) {
            return Ok(Some(Self { relying_party_id, origin, other_origins, takes_any_port: is_local }));
        }
        if !other_origins.is_empty() {
            let problem = "needs BACKEND_PUBLIC_URL with the name of a host, for which passkeys are made";
            return Err(values.refuse(&catalogue::PASSKEY_ORIGINS, problem));
        }
        Ok(None)
    }
}

fn origin_of(mut url: Url) -> Url {
    url.set_path("/");
    url
}

/// Only such pages have the API for passkeys (Secure Contexts, 3.1).
fn page_origin(text: &str) -> Result<Url, Rejected> {
    check_origin(text)?;
    let url = Url::parse(text).map_err(|_| Rejected::item(text, "is not an origin (scheme://host[:port])"))?;
    let is_secure = url.scheme() == "https" || (url.scheme() == "http" && parse::is_loopback(&url));
    if is_secure { Ok(url) } else { Err(Rejected::item(text, "is not https, without which browsers have no passkeys")) }
}
