use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use ore_domain::{
    AuditAction, BlockingStore, BlockingStoreExt, Clock, Factors, ImportOutcome, ImportedUser, Repositories,
    StoreError, Timestamp, TotpFactor, UserRoles,
};
use ore_security::password::{HashError, HashParameters, check_imported_hash};
use ore_security::totp::{MalformedSecret, TotpSecret};

use crate::TotpKeys;
use crate::audit::Act;
use crate::readable::or_nobody;
use crate::transfer::{Transfer, record, record_interruption};

/// Fills the store with users from elsewhere, a batch a transaction. Blocks the calling thread.
///
/// The audit log tells each run: that it began, what each transaction stored, and how it ended. A dry run leaves nothing.
pub struct Imports {
    store: Arc<dyn BlockingStore>,
    clock: Arc<dyn Clock>,
    /// Those of new hashes: what they may cost, an imported one may cost too.
    parameters: HashParameters,
    is_dry_run: bool,
    /// The place of each address that was seen, by a hash that nobody outside can foresee.
    seen: HashMap<u64, u64>,
    hashing: RandomState,
    transfer: Transfer,
    /// How many users got each role.
    granted: BTreeMap<String, u64>,
    totp_keys: TotpKeys,
}

/// The counts of a whole import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportCounts {
    /// Those who were stored.
    pub imported: u64,
    /// Those who were there already.
    pub present: u64,
    /// Those who were left out, rows that are no users among them.
    pub refused: u64,
}

/// A user of an import and where it was found there: the number of a line, or a key.
#[derive(Debug, Clone)]
pub struct PlacedUser {
    /// Where.
    pub place: u64,
    /// Who.
    pub user: ImportedUser,
}

/// The verdict on a user of an import.
#[derive(Debug, PartialEq, Eq)]
pub enum ImportVerdict {
    /// The user was stored, or would be.
    Imported,
    /// The user is there already, as after an import that was interrupted.
    Present,
    /// The user was left out.
    Refused(ImportRefusal),
}

/// Why a user of an import was left out. No message holds any part of a hash or an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportRefusal {
    /// Some spelling of the address has an account that is not this one.
    #[error("email: the address has another account, which was left as it is")]
    AddressTaken,
    /// Another user has the key, or had it.
    #[error("id: another account has it, or had it before it was deleted")]
    KeyTaken,
    /// One of the roles is not there.
    #[error("roles: one of them does not exist")]
    UnknownRole,
    /// A token has no room for all the roles.
    #[error("roles: their names are too long for a token")]
    TooManyRoles,
    /// The same import has the address at another place before.
    #[error("email: the same address as at {0}")]
    Repeated(u64),
    /// The hash would not verify.
    #[error("hashed_password: {0}")]
    Hash(HashError),
    /// The secret of the authenticator app is none.
    #[error("totp_secret: {0}")]
    TotpSecret(MalformedSecret),
    /// No secret can be kept.
    #[error("totp_secret: BACKEND_KEY_ENCRYPTION_KEY is not set")]
    TotpNotConfigured,
    /// The store takes the others, and not this one.
    #[error("the database refuses the row: {0}")]
    Store(String),
}

impl Imports {
    /// Begins an import into `store`. The file is named as the operator has named it. A dry run changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot record it.
    pub fn begin(
        store: Arc<dyn BlockingStore>,
        clock: Arc<dyn Clock>,
        parameters: HashParameters,
        is_dry_run: bool,
        file: &str,
    ) -> Result<Self, StoreError> {
        let transfer = Transfer::new(AuditAction::ImportUsers, clock.as_ref(), file);
        if !is_dry_run {
            record(store.as_ref(), clock.as_ref(), transfer.act("started", []))?;
        }
        let (seen, hashing, granted) = (HashMap::new(), RandomState::new(), BTreeMap::new());
        let totp_keys = TotpKeys::default();
        Ok(Self { store, clock, parameters, is_dry_run, seen, hashing, transfer, granted, totp_keys })
    }

    /// The same, taking the secrets of authenticator apps too.
    #[must_use]
    pub fn with_totp_keys(self, totp_keys: TotpKeys) -> Self {
        Self { totp_keys, ..self }
    }

    /// Ends the import.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot record it; what was stored stays.
    pub fn finish(self, counts: ImportCounts) -> Result<(), StoreError> {
        if self.is_dry_run {
            return Ok(());
        }
        record(self.store.as_ref(), self.clock.as_ref(), self.end("finished", counts))
    }

    /// Ends an import that is not complete.
    ///
    /// # Errors
    /// As [`Imports::finish`].
    pub fn interrupt(self, counts: ImportCounts) -> Result<(), StoreError> {
        if self.is_dry_run {
            return Ok(());
        }
        record_interruption(self.store.as_ref(), self.clock.as_ref(), &self.end("interrupted", counts))
    }

    fn end(&self, state: &str, counts: ImportCounts) -> Act {
        let ImportCounts { imported, present, refused } = counts;
        let counts = [("imported", imported), ("present", present), ("refused", refused)];
        self.transfer.act_with_roles(state, counts, &self.granted)
    }

    /// Imports some users in one transaction, and tells what became of each, in their order. What one batch has stored
    /// stays when a later one fails.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`]; then nothing of the batch was stored.
    pub fn import(&mut self, batch: Vec<PlacedUser>) -> Result<Vec<(u64, ImportVerdict)>, StoreError> {
        let mut verdicts = Vec::with_capacity(batch.len());
        let (mut places, mut users) = (Vec::new(), Vec::new());
        for PlacedUser { place, user } in batch {
            match self.check(place, &user) {
                Ok(()) => {
                    places.push(place);
                    users.push(user);
                }
                Err(refusal) => verdicts.push((place, ImportVerdict::Refused(refusal))),
            }
        }
        verdicts.extend(places.into_iter().zip(self.store(&Arc::new(users))?));
        verdicts.sort_by_key(|(place, _)| *place);
        Ok(verdicts)
    }

    /// The checks that need no store.
    fn check(&mut self, place: u64, user: &ImportedUser) -> Result<(), ImportRefusal> {
        let hash = user.password_hash.expose();
        if !hash.is_empty() {
            check_imported_hash(hash, &self.parameters).map_err(ImportRefusal::Hash)?;
        }
        if !UserRoles::fit_in_token(&user.roles) {
            return Err(ImportRefusal::TooManyRoles);
        }
        if let Some(secret) = &user.totp_secret {
            TotpSecret::from_base32(secret.expose()).map_err(ImportRefusal::TotpSecret)?;
            if !self.totp_keys.is_configured() {
                return Err(ImportRefusal::TotpNotConfigured);
            }
        }
        let first = *self.seen.entry(self.hashing.hash_one(user.email.canonical())).or_insert(place);
        if first == place { Ok(()) } else { Err(ImportRefusal::Repeated(first)) }
    }

    /// One that the store refuses does not keep the others out: the batch is halved until it stands alone.
    fn store(&mut self, users: &Arc<Vec<ImportedUser>>) -> Result<Vec<ImportVerdict>, StoreError> {
        match self.try_to_store(Arc::clone(users)) {
            Ok(outcomes) => Ok(outcomes.into_iter().map(verdict).collect()),
            Err(error @ StoreError::Unavailable(_)) => Err(error),
            Err(error) if users.len() == 1 => Ok(vec![ImportVerdict::Refused(ImportRefusal::Store(error.to_string()))]),
            Err(_) => {
                let (first, second) = users.split_at(users.len() / 2);
                let mut verdicts = self.store(&Arc::new(first.to_vec()))?;
                verdicts.extend(self.store(&Arc::new(second.to_vec()))?);
                Ok(verdicts)
            }
        }
    }

    fn try_to_store(&mut self, users: Arc<Vec<ImportedUser>>) -> Result<Vec<ImportOutcome>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        if self.is_dry_run {
            return self.store.read(move |r| r.user_imports().compare(&users));
        }
        let (now, transfer, keys) = (self.clock.now(), self.transfer.clone(), self.totp_keys.clone());
        let stored = self.store.write(move |r| {
            let outcomes = r.user_imports().import(&users, now)?;
            for (user, _) in users.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == ImportOutcome::New) {
                add_totp(r, user, &keys, now)?;
            }
            let stored = Stored::of(&users, &outcomes);
            if stored.imported > 0 {
                transfer.act_with_roles("stored", [("imported", stored.imported)], &stored.granted).succeed(r, now)?;
            }
            Ok::<_, StoreError>((outcomes, stored))
        });
        let (outcomes, stored) = stored?;
        for (role, users) in stored.granted {
            *self.granted.entry(role).or_default() += users;
        }
        Ok(outcomes)
    }
}

/// Adds the authenticator app of a user who has just been stored. No recovery codes come with it.
fn add_totp(r: &mut dyn Repositories, user: &ImportedUser, keys: &TotpKeys, now: Timestamp) -> Result<(), StoreError> {
    let Some(secret) = &user.totp_secret else { return Ok(()) };
    let Some(stored) = or_nobody(r.users().find_by_email(user.email.canonical()))? else { return Ok(()) };
    let secret = TotpSecret::from_base32(secret.expose()).map_err(StoreError::other)?;
    r.second_factors().set_totp(&TotpFactor {
        user: stored.id,
        sealed: keys.seal(stored.id, &secret).map_err(StoreError::other)?,
        last_step: 0,
        is_proven: user.email_verified,
        created_at: now,
    })?;
    r.users().set_factors(stored.id, Factors { totp: true, ..stored.factors })?.invalidate(r);
    Ok(())
}

/// The users that a transaction has stored.
struct Stored {
    imported: u64,
    granted: BTreeMap<String, u64>,
}

impl Stored {
    fn of(users: &[ImportedUser], outcomes: &[ImportOutcome]) -> Self {
        let mut stored = Self { imported: 0, granted: BTreeMap::new() };
        for (user, _) in users.iter().zip(outcomes).filter(|(_, outcome)| **outcome == ImportOutcome::New) {
            stored.imported += 1;
            for role in user.roles.iter().filter(|role| !role.is_user()).collect::<BTreeSet<_>>() {
                *stored.granted.entry(role.to_string()).or_default() += 1;
            }
        }
        stored
    }
}

fn verdict(outcome: ImportOutcome) -> ImportVerdict {
    match outcome {
        ImportOutcome::New => ImportVerdict::Imported,
        ImportOutcome::Present => ImportVerdict::Present,
        ImportOutcome::AddressTaken => ImportVerdict::Refused(ImportRefusal::AddressTaken),
        ImportOutcome::KeyTaken => ImportVerdict::Refused(ImportRefusal::KeyTaken),
        ImportOutcome::UnknownRole => ImportVerdict::Refused(ImportRefusal::UnknownRole),
    }
}
