//! The header that gives a browser a refresh token, or takes it away.

use std::time::Duration;

/// A browser takes a cookie of such a name from the host itself alone, over HTTPS, for all of its paths (RFC 6265bis,
/// 4.1.3.2).
pub(crate) const NAME: &str = "__Host-ore_rt";

/// `Set-Cookie` that keeps a token.
pub(crate) fn keeping(token: &str, lifetime: Duration) -> String {
    format!("{NAME}={token}; Path=/; Max-Age={}; HttpOnly; Secure; SameSite=Strict", lifetime.as_secs())
}

/// `Set-Cookie` that ends it.
pub(crate) fn clearing() -> String {
    keeping("", Duration::ZERO)
}
