use crate::{
    AuditEntry, AuditFilter, AuditQuery, AuditSeal, ChainAnchor, ChainEnds, NewAuditEntry, SealedEntry, StoreError,
    Timestamp, UserId,
};

/// The audit log of a store.
///
/// # Errors
/// Every method answers [`StoreError::Unavailable`] or [`StoreError::Other`] when the store cannot do it.
pub trait AuditLog {
    /// Appends an entry, in one statement that waits for no other writer.
    ///
    /// # Errors
    /// As said at the trait; the same of every method here.
    fn append(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError>;

    /// One page of entries.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn page(&mut self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError>;

    /// How many entries there are, counted up to `limit`.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn count(&mut self, filter: &AuditFilter, limit: u32) -> Result<u64, StoreError>;

    /// Removes the clients and the details of which the user is the owner, as [`AuditEntry::owner_of_client`] and
    /// [`AuditEntry::owner_of_details`] say.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn erase_user(&mut self, user: UserId) -> Result<(), StoreError>;

    /// Whether this transaction, until its end, is the only one on any replica that changes the chain.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn is_alone_with_chain(&mut self) -> Result<bool, StoreError>;

    /// Both ends of the chain.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn chain_ends(&mut self) -> Result<ChainEnds, StoreError>;

    /// Whether any entry is not sealed.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn has_unsealed(&mut self) -> Result<bool, StoreError>;

    /// At most `limit` entries that are not sealed, in the order of their keys. What others change at present is left out;
    /// nobody changes the rest before the end of the transaction.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn unsealed(&mut self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Stores seals, the last of which is the head from now on.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn seal(&mut self, seals: &[AuditSeal]) -> Result<(), StoreError>;

    /// At most `limit` sealed entries in the order of their numbers, those above `number`.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn sealed_after(&mut self, number: i64, limit: u32) -> Result<Vec<SealedEntry>, StoreError>;

    /// Deletes the sealed entries up to the anchor, and stores that; how many there were.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn delete_up_to(&mut self, anchor: &ChainAnchor) -> Result<usize, StoreError>;

    /// Deletes at most `limit` entries that were written before and never sealed; how many there were.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn delete_unsealed(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError>;

    /// The users whose deletion an entry tells, sealed or not.
    ///
    /// # Errors
    /// As [`AuditLog::append`].
    fn deleted_users(&mut self) -> Result<Vec<String>, StoreError>;
}
