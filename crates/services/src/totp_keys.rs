use std::sync::Arc;

use ore_domain::UserId;
use ore_security::key_ring::{KeyRing, SealingKeys};
use ore_security::sealing::SealingError;
use ore_security::totp::TotpSecret;

/// The keys that seal the secrets of authenticator apps; `None` without a key that outlives the token keys.
#[derive(Debug, Clone, Default)]
pub struct TotpKeys(Option<Arc<SealingKeys>>);

impl TotpKeys {
    /// The keys of this ring.
    pub fn new(ring: &KeyRing) -> Self {
        Self(Some(Arc::new(ring.sealing("ore totp"))))
    }

    /// Whether there are keys.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// Seals the secret for the store. It opens only for the same user.
    ///
    /// # Errors
    /// [`SealingError`], also if there is no key.
    pub fn seal(&self, user: UserId, secret: &TotpSecret) -> Result<Vec<u8>, SealingError> {
        self.keys()?.seal(secret.expose(), &user.get().to_be_bytes())
    }

    /// Opens the stored secret of a user.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`], also if there is no key.
    pub fn open(&self, user: UserId, sealed: &[u8]) -> Result<TotpSecret, SealingError> {
        let bytes = self.keys()?.open(sealed, &user.get().to_be_bytes())?;
        TotpSecret::from_bytes(&bytes).map_err(|_| SealingError::WrongKey)
    }

    fn keys(&self) -> Result<&SealingKeys, SealingError> {
        self.0.as_deref().ok_or(SealingError::WrongKey)
    }
}
