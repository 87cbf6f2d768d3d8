//! The key of what is stored sealed.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretSlice};

use super::declaration::DefaultValue::{Text, Unset};
use super::form::{Form, Rejected, secret};
use super::table::settings;
use super::values::Values;

const KEY_BYTES: usize = 32;
/// The file of the key in development.
const DEVELOPMENT_FILE: &str = "./backend.key";

const KEY: Form<SealingSecret> = secret("key", |text, _| SealingSecret::parse(text).map_err(Rejected::new));

settings! {
    /// The keys that are set.
    pub(super) struct KeyValues in "Accounts" {
        /// Key of what is stored sealed, such as mails that wait: 32 random bytes in base64, the same for all replicas.
        KEY_ENCRYPTION_KEY(
            KEY, Unset("./backend.key in development, else none"), "$(openssl rand -base64 32)"
        ) => current: Option<SealingSecret>;
        /// Keys that BACKEND_KEY_ENCRYPTION_KEY follows, separated by commas: what they have sealed is still opened.
        PREVIOUS_KEY_ENCRYPTION_KEYS(KEY, Text(""), "$(cat old-key-encryption-key)") => previous: Vec<SealingSecret>;
    }
}

/// The source of the key encryption key.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The settings give it.
    Settings {
        /// The key that seals from now on.
        current: SealingSecret,
        /// Earlier keys, which still open.
        previous: Vec<SealingSecret>,
    },
    /// A file, which the first start makes.
    File(PathBuf),
    /// There is none.
    None,
}

/// 32 bytes that are never printed, and wiped when dropped.
#[derive(Debug, Clone)]
pub struct SealingSecret(SecretSlice<u8>);

impl SealingSecret {
    /// The bytes, for deriving keys alone.
    pub fn expose(&self) -> [u8; KEY_BYTES] {
        self.0.expose_secret().try_into().unwrap_or_default()
    }

    /// 32 bytes in base64 (RFC 4648, 4).
    ///
    /// # Errors
    /// What is wrong with the text, which is not part of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| NOT_A_KEY)?);
        if bytes.len() != KEY_BYTES {
            return Err(NOT_A_KEY);
        }
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err("has the same byte 32 times; make one with openssl rand -base64 32");
        }
        Ok(Self(SecretSlice::from(bytes.to_vec())))
    }
}

const NOT_A_KEY: &str = "is not 32 bytes in base64; make one with openssl rand -base64 32";

impl KeyValues {
    pub(super) fn source(self, values: &mut Values) -> KeySource {
        if self.current.is_none() && !self.previous.is_empty() {
            let problem = "follows no key: set BACKEND_KEY_ENCRYPTION_KEY too";
            values.refuse_beside(&[&KEY_ENCRYPTION_KEY], &PREVIOUS_KEY_ENCRYPTION_KEYS, problem);
        }
        match self.current {
            Some(current) => KeySource::Settings { current, previous: self.previous },
            None if values.is_development() => KeySource::File(DEVELOPMENT_FILE.into()),
            None => KeySource::None,
        }
    }
}

impl KeySource {
    /// Whether there is a key.
    pub fn is_there(&self) -> bool {
        !matches!(self, Self::None)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ZjNiMWM5ZDA3ZTVhNDhkMmI2YTRlOGYwOWMxZDczNTI=", true)]
    #[case::short("ZjNiMWM5ZDA3ZTVhNDhkMg==", false)]
    #[case::no_base64("f3b1c9d07e5a48d2b6a4e8f09c1d7352f3b1c9d07e5a4!", false)]
    #[case::zeros("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false)]
    #[case::empty("", false)]
    fn a_key_is_32_bytes_in_base64(#[case] text: &str, #[case] is_one: bool) {
        assert_eq!(SealingSecret::parse(text).is_ok(), is_one);
    }
}
