//! The cookies that refresh tokens and device tokens come in.

use cookie::Cookie;
use reqwest::header::{HeaderMap, SET_COOKIE};
use secrecy::{ExposeSecret, SecretString};

pub(crate) const REFRESH_TOKEN: &str = "__Host-ore_rt";
pub(crate) const DEVICE_TOKEN: &str = "__Host-ore_dt";

/// The value of a cookie that an answer sets; none where it takes one away.
pub(crate) fn set_by(headers: &HeaderMap, name: &str) -> Option<SecretString> {
    let values = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies = values.filter_map(|value| Cookie::parse(value).ok());
    let cookie = cookies.find(|cookie| cookie.name() == name && !cookie.value().is_empty())?;
    Some(SecretString::from(cookie.value()))
}

/// The header `Cookie` with one cookie.
pub(crate) fn header(name: &str, value: &SecretString) -> String {
    Cookie::new(name, value.expose_secret()).stripped().to_string()
}
