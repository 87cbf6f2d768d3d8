use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use ore_domain::{Clock, SystemClock};
use serde_json::{Value, json};
use sha2::Sha256;

use super::SECRET_KEY;

pub(crate) const HEADER: &str = r#"{"alg":"HS256","typ":"at+jwt"}"#;

/// Claims that the server accepts as those of the user with this key.
pub(crate) fn claims_of(user: i64) -> Value {
    let now = SystemClock.now().timestamp();
    json!({
        "sub": "somebody@example.org", "uid": user, "sid": "a session", "jti": "a token", "iat": now,
        "exp": now + 900, "iss": "ore-backend", "aud": "ore", "client_id": "a client",
    })
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with this header and these claims, signed with `key` and HMAC with SHA-256.
pub(crate) fn sign(header: &str, claims: &str, key: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", encode(mac.finalize().into_bytes()))
}

/// As [`sign`] with the key of the server.
pub(crate) fn forge(header: &str, claims: &str) -> String {
    sign(header, claims, SECRET_KEY)
}
