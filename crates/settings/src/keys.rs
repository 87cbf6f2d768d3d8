//! The key of what is stored sealed.

use std::path::PathBuf;

use ore_security::sealing_secret::SealingSecret;

use super::declaration::DefaultValue::{Text, Unset};
use super::declaration::{Environment, ValueType};
use super::form::{Form, parsed};
use super::table::settings;
use super::values::Values;

/// The file of the key in development.
const DEVELOPMENT_FILE: &str = "./backend.key";

const KEY: Form<SealingSecret> = parsed(ValueType::Secret("key"));

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

impl KeyValues {
    pub(super) fn source(self, values: &mut Values) -> KeySource {
        if self.current.is_none() && !self.previous.is_empty() {
            let problem = "follows no key: set BACKEND_KEY_ENCRYPTION_KEY too";
            values.refuse_beside(&[&KEY_ENCRYPTION_KEY], &PREVIOUS_KEY_ENCRYPTION_KEYS, problem);
        }
        match self.current {
            Some(current) => KeySource::Settings { current, previous: self.previous },
            None if values.environment == Environment::Development => KeySource::File(DEVELOPMENT_FILE.into()),
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
