use ore_domain::{
    AuditAction, AuditOrigin, Constraint, Repositories, SigningKeyState, StoreError, StoredSigningKey, Timestamp,
};
use ore_security::key_ring::{KeyRing, SealingKeys};
use ore_security::token::{Algorithm, PrivateKey};

use super::SigningKeyError;
use super::policy::{PUBLISHED_BEFORE, SigningKeyPolicy, Step, is_published};
use crate::audit::Act;

/// How pairs of keys are stored and follow each other, in a transaction of the caller.
#[derive(Clone)]
pub struct Keyring {
    sealing: SealingKeys,
    policy: SigningKeyPolicy,
}

/// The keys of a store, opened.
#[derive(Debug)]
pub struct OpenedKeys {
    /// Signs.
    pub signing: Option<PrivateKey>,
    /// Everything that others may meet: what signs, what will, and what did.
    pub published: Vec<PrivateKey>,
}

impl Keyring {
    /// Seals with a key of this ring.
    pub fn new(ring: &KeyRing, policy: SigningKeyPolicy) -> Self {
        Self { sealing: ring.sealing("ore signing keys"), policy }
    }

    /// The algorithm of new keys.
    pub(super) fn algorithm(&self) -> Algorithm {
        self.policy.algorithm
    }

    /// Whether anything is due, so that [`Keyring::advance`] would change the store.
    pub fn is_due(&self, keys: &[StoredSigningKey], now: Timestamp, starts: bool) -> bool {
        self.policy.next_step(keys, now, starts).is_some()
    }

    /// Does what is due, unless another replica is about to, and gives all keys.
    ///
    /// # Errors
    /// As [`SigningKeyError`] says.
    pub fn advance(
        &self,
        r: &mut dyn Repositories,
        now: Timestamp,
        starts: bool,
    ) -> Result<Vec<StoredSigningKey>, SigningKeyError> {
        let is_alone = r.is_alone_with_housekeeping()?;
        let mut keys = r.signing_keys().list_signing_keys()?;
        while let Some(step) = self.policy.next_step(&keys, now, starts).filter(|_| is_alone) {
            let (action, kid) = self.take(r, step, now)?;
            act(action, &kid, &AuditOrigin::default()).succeed(r, now)?;
            keys = r.signing_keys().list_signing_keys()?;
        }
        Ok(keys)
    }

    fn take(
        &self,
        r: &mut dyn Repositories,
        step: Step,
        now: Timestamp,
    ) -> Result<(AuditAction, String), SigningKeyError> {
        match step {
            Step::Begin => {
                let kid = self.stage(r, &PrivateKey::generate(self.policy.algorithm)?, now)?.kid;
                activate(r, &kid, now, true)?;
                Ok((AuditAction::ActivateSigningKey, kid))
            }
            Step::Stage => {
                let staged = self.stage(r, &PrivateKey::generate(self.policy.algorithm)?, now)?;
                Ok((AuditAction::StageSigningKey, staged.kid))
            }
            Step::Activate(kid) => {
                activate(r, &kid, now, true)?;
                Ok((AuditAction::ActivateSigningKey, kid))
            }
            Step::Delete(kid) => {
                r.signing_keys().delete_signing_key(&kid)?;
                Ok((AuditAction::RetireSigningKey, kid))
            }
        }
    }

    /// Stores a key that others can learn, before it signs.
    pub(super) fn stage(
        &self,
        r: &mut dyn Repositories,
        key: &PrivateKey,
        now: Timestamp,
    ) -> Result<StoredSigningKey, SigningKeyError> {
        let (kid, algorithm) = (key.public().kid().to_owned(), key.public().algorithm());
        let sealed = self.sealing.seal(&key.to_der(), &context(&kid, algorithm.name()))?;
        let (activated_at, retired_at) = (None, None);
        let (algorithm, state) = (algorithm.name().to_owned(), SigningKeyState::Next);
        let stored = StoredSigningKey { kid, algorithm, sealed, state, created_at: now, activated_at, retired_at };
        r.signing_keys().insert_signing_key(&stored).map_err(|error| match error {
            StoreError::Conflict(Constraint::SigningKey) => SigningKeyError::AlreadyExists,
            error => error.into(),
        })?;
        Ok(stored)
    }

    /// Fails for a key of another algorithm than that of new keys: active, it would keep those out that sign.
    pub(super) fn require_ours(&self, r: &mut dyn Repositories, kid: &str) -> Result<(), SigningKeyError> {
        let (keys, wanted) = (r.signing_keys().list_signing_keys()?, self.policy.algorithm);
        let other = keys.into_iter().find(|key| key.kid == kid && key.algorithm != wanted.name());
        other.map_or(Ok(()), |key| Err(SigningKeyError::OtherAlgorithm { found: key.algorithm, wanted }))
    }

    /// Opens the keys; one of an algorithm that is not known here is left out.
    ///
    /// # Errors
    /// [`SigningKeyError::Sealing`] for a key that was sealed with another key, [`SigningKeyError::Key`].
    pub fn open(&self, keys: &[StoredSigningKey]) -> Result<OpenedKeys, SigningKeyError> {
        let signing = self.policy.signing(keys).map(|key| key.kid.as_str());
        let mut opened = OpenedKeys { signing: None, published: Vec::new() };
        for key in keys {
            let Ok(algorithm) = key.algorithm.parse::<Algorithm>() else { continue };
            let der = self.sealing.open(&key.sealed, &context(&key.kid, &key.algorithm))?;
            let private = PrivateKey::from_der(algorithm, &der)?;
            if signing == Some(key.kid.as_str()) {
                opened.signing = Some(private.clone());
            }
            opened.published.push(private);
        }
        Ok(opened)
    }
}

/// Lets a key sign in place of the one that does.
pub(super) fn activate(
    r: &mut dyn Repositories,
    kid: &str,
    now: Timestamp,
    at_once: bool,
) -> Result<(), SigningKeyError> {
    let keys = r.signing_keys().list_signing_keys()?;
    let key = keys.iter().find(|key| key.kid == kid).ok_or(SigningKeyError::NotFound)?;
    if key.state != SigningKeyState::Next {
        return Err(SigningKeyError::NotNext);
    }
    if !at_once && !is_published(key, now) {
        return Err(SigningKeyError::TooEarly { at: key.created_at + PUBLISHED_BEFORE });
    }
    let active = keys.iter().filter(|key| key.state == SigningKeyState::Active);
    for active in active {
        let retired = StoredSigningKey { state: SigningKeyState::Retired, retired_at: Some(now), ..active.clone() };
        r.signing_keys().update_signing_key(&retired)?;
    }
    let activated = StoredSigningKey { state: SigningKeyState::Active, activated_at: Some(now), ..key.clone() };
    r.signing_keys().update_signing_key(&activated)?;
    Ok(())
}

/// Ends a key, whose tokens are refused from then on. One that signs is replaced, if it was stolen, by the key that was to
/// follow it.
pub(super) fn retire(
    r: &mut dyn Repositories,
    kid: &str,
    now: Timestamp,
    is_stolen: bool,
) -> Result<(), SigningKeyError> {
    let keys = r.signing_keys().list_signing_keys()?;
    let key = keys.iter().find(|key| key.kid == kid).ok_or(SigningKeyError::NotFound)?;
    if key.state == SigningKeyState::Active {
        let next = keys.iter().find(|it| it.state == SigningKeyState::Next && it.algorithm == key.algorithm);
        match next {
            None => return Err(SigningKeyError::OnlyActive),
            Some(_) if !is_stolen => return Err(SigningKeyError::Signs),
            Some(next) => activate(r, &next.kid, now, true)?,
        }
    }
    r.signing_keys().delete_signing_key(kid)?;
    Ok(())
}

/// The context that binds a sealed key to its row.
fn context(kid: &str, algorithm: &str) -> Vec<u8> {
    format!("{algorithm}:{kid}").into_bytes()
}

pub(super) fn act(action: AuditAction, kid: &str, origin: &AuditOrigin) -> Act {
    Act::new(action, origin).with_details(serde_json::json!({ "kid": kid }))
}
