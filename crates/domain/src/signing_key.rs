use std::fmt;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKeyState {
    /// Others may learn it before it signs.
    Next,
    /// It signs.
    Active,
    /// It signs no more; what it has signed is still accepted.
    Retired,
}

impl SigningKeyState {
    /// Every state, in the order in which a key has them.
    pub const ALL: [Self; 3] = [Self::Next, Self::Active, Self::Retired];

    /// As it is stored and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }

    /// The state of this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Debug for StoredSigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("StoredSigningKey");
        shown.field("kid", &self.kid).field("state", &self.state).finish_non_exhaustive()
    }
}
