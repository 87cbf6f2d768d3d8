use std::fmt;

use strum::{EnumString, IntoStaticStr};

use crate::Timestamp;

/// A pair of keys that access tokens are signed with, as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// The key id in tokens: the thumbprint of the public key (RFC 7638).
    pub kid: String,
    /// The name of its algorithm.
    pub algorithm: String,
    /// The private half, sealed.
    pub sealed: Vec<u8>,
    /// The state.
    pub state: SigningKeyState,
    /// When it was made, from when on others can learn it.
    pub created_at: Timestamp,
    /// When it began to sign.
    pub activated_at: Option<Timestamp>,
    /// When it stopped.
    pub retired_at: Option<Timestamp>,
}

/// The state of a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum SigningKeyState {
    /// Others may learn it before it signs.
    Next,
    /// It signs.
    Active,
    /// It signs no more; what it has signed is still accepted.
    Retired,
}

impl SigningKeyState {
    /// As it is stored and shown.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl fmt::Debug for StoredSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("StoredSigningKey");
        shown.field("kid", &self.kid).field("state", &self.state).finish_non_exhaustive()
    }
}
