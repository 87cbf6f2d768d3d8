use std::sync::Arc;

use ore_domain::{AuditAction, AuditOrigin, Clock, Store, StoreError, StoreExt, StoredSigningKey, Timestamp};
use ore_security::token::{Algorithm, Jwk, PrivateKey};

use super::SigningKeyError;
use super::keyring::{Keyring, act, activate, retire};
use crate::audit::{Act, AuditWriter};

/// The use cases of operators for the key pairs that sign access tokens.
pub struct SigningKeyAdministration {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    audit: AuditWriter,
    keyring: Option<Keyring>,
}

impl SigningKeyAdministration {
    /// Over the given ports; without a keyring nothing can be sealed.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, keyring: Option<Keyring>) -> Self {
        let audit = AuditWriter::new(Arc::clone(&store));
        Self { store, clock, audit, keyring }
    }

    /// All of them, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list(&self) -> Result<Vec<StoredSigningKey>, StoreError> {
        self.store.read(|r| r.signing_keys().list_signing_keys()).await
    }

    /// The algorithm of the keys that sign here; `None` where a shared secret does, or nothing can be sealed.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.keyring.as_ref().map(Keyring::algorithm).filter(|algorithm| !algorithm.is_symmetric())
    }

    /// The public halves, as others read them.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub async fn export(&self) -> Result<Vec<Jwk>, SigningKeyError> {
        let keys = self.keyring()?.open(&self.list().await?)?;
        Ok(keys.published.iter().map(|key| key.public().to_jwk()).collect())
    }

    /// Makes a key that others can learn, before it signs.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub async fn stage(&self, algorithm: Algorithm, origin: &AuditOrigin) -> Result<StoredSigningKey, SigningKeyError> {
        self.add(PrivateKey::generate(algorithm)?, AuditAction::StageSigningKey, origin).await
    }

    /// As [`SigningKeyAdministration::stage`], with a key that was made elsewhere.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub async fn import(&self, key: PrivateKey, origin: &AuditOrigin) -> Result<StoredSigningKey, SigningKeyError> {
        self.add(key, AuditAction::ImportSigningKey, origin).await
    }

    async fn add(
        &self,
        key: PrivateKey,
        action: AuditAction,
        origin: &AuditOrigin,
    ) -> Result<StoredSigningKey, SigningKeyError> {
        let act = act(action, key.public().kid(), origin);
        self.change(act, move |keyring, r, now| keyring.stage(r, &key, now)).await
    }

    /// Lets a key sign in place of the one that does; `at_once` also if others may not have learnt it yet.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub async fn activate(&self, kid: &str, at_once: bool, origin: &AuditOrigin) -> Result<(), SigningKeyError> {
        let (act, kid) = (act(AuditAction::ActivateSigningKey, kid, origin), kid.to_owned());
        self.change(act, move |keyring, r, now| {
            keyring.require_ours(r, &kid)?;
            activate(r, &kid, now, at_once)
        })
        .await
    }

    /// Ends a key before its time, whose tokens are refused from then on; also one that signs, if it was stolen.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub async fn retire(&self, kid: &str, is_stolen: bool, origin: &AuditOrigin) -> Result<(), SigningKeyError> {
        let (act, kid) = (act(AuditAction::RetireSigningKey, kid, origin), kid.to_owned());
        self.change(act, move |_, r, now| retire(r, &kid, now, is_stolen)).await
    }

    async fn change<T: Send + 'static>(
        &self,
        act: Act,
        change: impl Fn(&Keyring, &mut dyn ore_domain::Repositories, Timestamp) -> Result<T, SigningKeyError>
        + Send
        + 'static,
    ) -> Result<T, SigningKeyError> {
        let (keyring, done, now) = (self.keyring()?.clone(), act.clone(), self.clock.now());
        let changed = self.store.write(move |r| {
            let changed = change(&keyring, r, now)?;
            done.succeed(r, now)?;
            Ok::<_, SigningKeyError>(changed)
        });
        self.audit.record(&act, changed.await, now).await
    }

    fn keyring(&self) -> Result<&Keyring, SigningKeyError> {
        self.keyring.as_ref().ok_or(SigningKeyError::NoSealingKey)
    }
}
