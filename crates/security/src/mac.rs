use std::fmt;

use hkdf::Hkdf;
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The bytes of a code.
pub const MAC_BYTES: usize = 32;

/// Authentication codes (HMAC with SHA-256, RFC 2104) under one key.
#[derive(Clone)]
pub struct MacKey(Hmac<Sha256>);

/// The present key of one purpose, and those before it.
#[derive(Debug, Clone)]
pub struct MacKeys {
    current: MacKey,
    previous: Vec<MacKey>,
}

impl MacKey {
    /// The key that `secret` has for this purpose (HKDF, RFC 5869).
    pub(crate) fn derive(secret: &[u8], purpose: &str) -> Self {
        let mut key = Zeroizing::new([0; MAC_BYTES]);
        // It fails for keys of more than 8,160 bytes alone.
        let _ = Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), key.as_mut());
        let mut block = Key::<Hmac<Sha256>>::default();
        block[..MAC_BYTES].copy_from_slice(key.as_slice());
        Self(Hmac::new(&block))
    }

    fn over<'a>(&self, parts: impl IntoIterator<Item = Option<&'a [u8]>>) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            // What is absent is not what is empty, and no two lists of parts are one text.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            mac.update(&length.to_be_bytes());
            mac.update(part.unwrap_or_default());
        }
        mac
    }
}

impl MacKeys {
    pub(crate) const fn new(current: MacKey, previous: Vec<MacKey>) -> Self {
        Self { current, previous }
    }

    /// The code of these parts, each of which may be absent, under the present key.
    pub fn tag<'a>(&self, parts: impl IntoIterator<Item = Option<&'a [u8]>>) -> [u8; MAC_BYTES] {
        self.current.over(parts).finalize().into_bytes().into()
    }

    /// Whether this is the code of the parts, under the present key or a previous one. The comparison tells nothing by its time.
    pub fn verifies(&self, parts: &[Option<&[u8]>], tag: &[u8]) -> bool {
        let mut keys = std::iter::once(&self.current).chain(&self.previous);
        keys.any(|key| key.over(parts.iter().copied()).verify_slice(tag).is_ok())
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MacKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use crate::key_ring::KeyRing;

    const OLD: [u8; 32] = [1; 32];
    const NEW: [u8; 32] = [2; 32];

    #[test]
    fn a_code_is_of_its_parts_its_purpose_and_its_secret_alone() {
        let keys = KeyRing::new(OLD, []).mac("audit");
        let parts = [Some(b"a".as_slice()), None, Some(b"b")];
        let tag = keys.tag(parts);
        assert!(keys.verifies(&parts, &tag));
        assert!(KeyRing::new(NEW, [OLD]).mac("audit").verifies(&parts, &tag));
        for other in [[Some(b"ab".as_slice()), None, Some(b"")], [Some(b"a"), Some(b""), Some(b"b")]] {
            assert!(!keys.verifies(&other, &tag));
        }
        assert!(!KeyRing::new(OLD, []).mac("other").verifies(&parts, &tag));
        assert!(!KeyRing::new(NEW, []).mac("audit").verifies(&parts, &tag));
        assert!(!keys.verifies(&parts, &tag[..31]));
        assert!(!keys.verifies(&parts, &[]));
    }

    /// What was sealed by one version has to count for the next.
    #[test]
    fn codes_stay_as_they_are() {
        let tag = KeyRing::new(OLD, []).mac("audit").tag([Some(b"a".as_slice()), None]);
        assert_eq!(hex(&tag), EXPECTED);
        assert_eq!(format!("{:?}", KeyRing::new(OLD, []).mac("audit").current), "MacKey(..)");
    }

    const EXPECTED: &str = "7919a7e28ff4889344b8cb0948282ba960f6b5483aad8b2278bd1f2305ddf9bd";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }
}
