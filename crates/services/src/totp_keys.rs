use std::sync::Arc;

use ore_domain::UserId;
use ore_security::key_ring::{KeyRing, SealingKeys};
use ore_security::sealing::SealingError;
use ore_security::totp::TotpSecret;

/// The keys that seal the secrets of authenticator apps; `None` without a key that outlives the token keys.
#[derive(Debug, Clone, Default)]
pub struct TotpKeys(Option<Arc<SealingKeys>>);

impl TotpKeys {
    /// Of this ring.
    pub fn new(ring: &KeyRing) -> Self {
        Self(Some(Arc::new(ring.sealing("ore totp"))))
    }

    /// Whether there are any.
    pub fn is_configured(&self) -> bool {
        self.0.is_some()
    }

    /// The secret as it is stored; it opens as that of no other user.
    ///
    /// # Errors
    /// [`SealingError`], also where there is no key.
    pub fn seal(&self, user: UserId, secret: &TotpSecret) -> Result<Vec<u8>, SealingError> {
        self.keys()?.seal(secret.expose(), &user.get().to_be_bytes())
    }

    /// The secret that is stored for a user.
    ///
    /// # Errors
    /// [`SealingError::WrongKey`], also where there is no key.
    pub fn open(&self, user: UserId, sealed: &[u8]) -> Result<TotpSecret, SealingError> {
        let bytes = self.keys()?.open(sealed, &user.get().to_be_bytes())?;
        TotpSecret::from_bytes(&bytes).map_err(|_| SealingError::WrongKey)
    }

    fn keys(&self) -> Result<&SealingKeys, SealingError> {
        self.0.as_deref().ok_or(SealingError::WrongKey)
    }
}
