use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Keeps what is signed here apart from whatever else is signed with the same key; a token holds no control character.
const PURPOSE: &[u8] = b"ore pseudonym\0";
/// The length of a hash in bytes: no two users of a service get the same one by chance.
const NAME_BYTES: usize = 16;

/// Gives out names (HMAC with SHA-256, RFC 2104) by which the same person is known again, and which nobody without the
/// key can match with a person, not even by trying all addresses.
#[derive(Clone)]
pub struct KeyedHash(Hmac<Sha256>);

impl KeyedHash {
    /// Under a key of any length. Everybody with the same key gives the same names.
    pub fn new(key: &[u8]) -> Self {
        let mut mac = keyed(key);
        mac.update(PURPOSE);
        Self(mac)
    }

    /// The name of whatever `text` says: 22 characters of `A-Z a-z 0-9 - _`.
    pub fn of(&self, text: &str) -> String {
        let digest = self.0.clone().chain_update(text).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(&digest[..NAME_BYTES])
    }
}

/// The key is hashed whatever its length, as HMAC itself does with a long one.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    let digest = Sha256::digest(key);
    let mut block = Key::<Hmac<Sha256>>::default();
    block[..digest.len()].copy_from_slice(&digest);
    Hmac::new(&block)
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyedHash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_key_gives_the_same_name_and_another_key_another() {
        let name = KeyedHash::new(b"a key").of("ada@example.org");
        assert_eq!(KeyedHash::new(b"a key").of("ada@example.org"), name);
        assert_ne!(KeyedHash::new(b"another key").of("ada@example.org"), name);
        assert_ne!(KeyedHash::new(b"a key").of("grace@example.org"), name);
    }

    #[test]
    fn a_name_says_nothing_and_fits_into_any_key() {
        for text in ["", "ada@example.org", "2001:db8::/64"] {
            let name = KeyedHash::new(b"a key").of(text);
            assert_eq!(name.len(), 22);
            assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{name}");
        }
    }

    #[test]
    fn the_key_does_not_print() {
        assert_eq!(format!("{:?}", KeyedHash::new(b"hunter2")), "KeyedHash(..)");
    }
}
