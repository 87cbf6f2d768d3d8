use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use ore_domain::{BlockingStore, BlockingStoreExt, Clock, ImportOutcome, ImportedUser, StoreError};
use ore_security::password::{HashError, HashParameters, check_imported_hash};

/// Fills the store with users from elsewhere, a batch a transaction. Blocks the calling thread.
pub struct Imports {
    store: Arc<dyn BlockingStore>,
    clock: Arc<dyn Clock>,
    /// Those of new hashes: what they may cost, an imported one may cost too.
    parameters: HashParameters,
    is_dry_run: bool,
    /// The place of each address that was seen, by a hash that nobody outside can foresee.
    seen: HashMap<u64, u64>,
    hashing: RandomState,
}

/// A user of an import and where it was found there: the number of a line, or a key.
#[derive(Debug, Clone)]
pub struct PlacedUser {
    /// Where.
    pub place: u64,
    /// Who.
    pub user: ImportedUser,
}

/// What became of a user of an import.
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
    /// Another user has the key.
    #[error("id: another account has it")]
    KeyTaken,
    /// One of the roles is not there.
    #[error("roles: one of them does not exist")]
    UnknownRole,
    /// The same import has the address at another place before.
    #[error("email: the same address as at {0}")]
    Repeated(u64),
    /// The hash would not verify.
    #[error("hashed_password: {0}")]
    Hash(HashError),
    /// The store takes the others, and not this one.
    #[error("the database refuses the row: {0}")]
    Store(String),
}

impl Imports {
    /// Into `store`. A dry run changes nothing.
    pub fn new(
        store: Arc<dyn BlockingStore>,
        clock: Arc<dyn Clock>,
        parameters: HashParameters,
        is_dry_run: bool,
    ) -> Self {
        Self { store, clock, parameters, is_dry_run, seen: HashMap::new(), hashing: RandomState::new() }
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

    /// What shows without the store.
    fn check(&mut self, place: u64, user: &ImportedUser) -> Result<(), ImportRefusal> {
        let hash = user.password_hash.expose();
        if !hash.is_empty() {
            check_imported_hash(hash, &self.parameters).map_err(ImportRefusal::Hash)?;
        }
        let first = *self.seen.entry(self.hashing.hash_one(user.email.canonical())).or_insert(place);
        if first == place { Ok(()) } else { Err(ImportRefusal::Repeated(first)) }
    }

    /// One that the store refuses does not keep the others out: the batch is halved until it stands alone.
    fn store(&self, users: &Arc<Vec<ImportedUser>>) -> Result<Vec<ImportVerdict>, StoreError> {
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

    fn try_to_store(&self, users: Arc<Vec<ImportedUser>>) -> Result<Vec<ImportOutcome>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        if self.is_dry_run {
            return self.store.read(move |r| r.user_imports().compare(&users));
        }
        let now = self.clock.now();
        self.store.write(move |r| r.user_imports().import(&users, now))
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
