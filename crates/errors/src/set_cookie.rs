//! The header that gives a browser a token, or takes it away.

use std::time::Duration;

/// A browser takes a cookie of such a name from the host itself alone, over HTTPS, for all of its paths (RFC 6265bis,
/// 4.1.3.2).
pub const NAME: &str = "__Host-ore_rt";
/// As [`NAME`], for the device token.
pub const DEVICE: &str = "__Host-ore_dt";

/// `Set-Cookie` that keeps a refresh token.
pub fn keeping(token: &str, lifetime: Duration) -> String {
    cookie(NAME, token, lifetime)
}

/// `Set-Cookie` that keeps a device token.
pub fn keeping_device(token: &str, lifetime: Duration) -> String {
    cookie(DEVICE, token, lifetime)
}

/// As [`NAME`], for a session of the pages.
pub const PAGES: &str = "__Host-ore_session";

/// `Set-Cookie` that keeps a session of the pages. Links in mails lead to pages, and browsers send no strict cookie there.
pub fn keeping_session(token: &str, lifetime: Duration) -> String {
    format!("{PAGES}={token}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Lax", lifetime.as_secs())
}

fn cookie(name: &str, token: &str, lifetime: Duration) -> String {
    format!("{name}={token}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict", lifetime.as_secs())
}

/// `Set-Cookie` that ends the refresh token.
pub fn clearing() -> String {
    keeping("", Duration::ZERO)
}
