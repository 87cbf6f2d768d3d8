use crate::{ImportOutcome, ImportedUser, StoreError, Timestamp};

/// The users of a store, as an import fills them in.
pub trait UserImports {
    /// What [`UserImports::import`] would do, one answer for each user in their order. Changes nothing, and does not
    /// compare the users with each other.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot answer.
    fn compare(&mut self, users: &[ImportedUser]) -> Result<Vec<ImportOutcome>, StoreError>;

    /// Stores the users whose address and key are free, and changes no other; one answer for each user in their order.
    /// A user without a time of making was made at `now`. Keys that the store gives from now on are above those that were
    /// brought along.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it; then nothing is to be kept.
    fn import(&mut self, users: &[ImportedUser], now: Timestamp) -> Result<Vec<ImportOutcome>, StoreError>;
}
