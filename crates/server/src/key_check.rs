//! Checks that the key encryption key is the one of this database.

use ore_domain::{BlockingStoreExt, Repositories, StoreError};
use ore_persistence::Database;
use ore_security::key_ring::{KeyCheck, KeyRing};

/// The reason why a key is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyCheckError {
    /// The data in the database was sealed with another key.
    #[error(
        "BACKEND_KEY_ENCRYPTION_KEY, or the file backend.key where that is not set, is not the key that this database was \
         used with; set that one, or name it in BACKEND_PREVIOUS_KEY_ENCRYPTION_KEYS"
    )]
    WrongKey,
    /// The database did not answer.
    #[error("the key could not be compared: {0}")]
    Store(String),
}

/// Compares the keys with the check that an earlier start stored in the database, and stores a check for later starts.
///
/// # Errors
/// As [`KeyCheckError`] says.
pub(crate) fn check_key(database: &Database, ring: &KeyRing) -> Result<(), KeyCheckError> {
    let ring = ring.clone();
    match database.write(move |r| compare(r, &ring)) {
        Ok(KeyCheck::Unknown) => Err(KeyCheckError::WrongKey),
        Ok(KeyCheck::Current | KeyCheck::Previous) => Ok(()),
        Err(error) => Err(KeyCheckError::Store(error.to_string())),
    }
}

/// Each sealing key stores a check, so replicas can start while only some of them have the next key.
fn compare(r: &mut dyn Repositories, ring: &KeyRing) -> Result<KeyCheck, StoreError> {
    let checks: Vec<KeyCheck> = r.key_checks()?.iter().map(|check| ring.compare(check)).collect();
    if checks.contains(&KeyCheck::Current) {
        return Ok(KeyCheck::Current);
    }
    if !checks.is_empty() && !checks.contains(&KeyCheck::Previous) {
        return Ok(KeyCheck::Unknown);
    }
    r.add_key_check(&ring.make_check().map_err(StoreError::other)?)?;
    Ok(KeyCheck::Previous)
}
