use std::sync::Arc;
use std::time::Duration;

use ore_domain::{ChainEnds, ChainLink, Clock, Repositories, SealedEntry, Store, StoreError, StoreExt, Timestamp};

use super::AuditKeys;
use super::entry_verifier::EntryVerifier;

/// So few at a time that no writer waits for long.
const BATCH: u32 = 500;
/// The most batches of one run; the rest waits for the next run.
const BATCHES: u32 = 100;

/// Seals the entries of the audit log, and deletes those that are old.
pub struct AuditSealing {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    keys: Option<AuditKeys>,
    retention: Option<Duration>,
}

/// Why old entries were not deleted.
#[derive(Debug, thiserror::Error)]
pub enum SweepAuditError {
    /// The oldest entries are not what was sealed: to delete them would be to hide it.
    #[error("entry {0} of the chain, or one before it, was changed; `workflow-server audit verify` says more")]
    BrokenChain(i64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuditSealing {
    /// Over the given ports. Without keys nothing is sealed; without a time everything is kept.
    pub fn new(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        keys: Option<AuditKeys>,
        retention: Option<Duration>,
    ) -> Self {
        Self { store, clock, keys, retention }
    }

    /// Seals what is not sealed, and answers the head of the chain; `None` without keys. While another replica does so, nothing
    /// is left to do here.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it; what was sealed before stays so.
    pub async fn seal(&self) -> Result<Option<ChainLink>, StoreError> {
        let Some(keys) = &self.keys else { return Ok(None) };
        for _ in 0..BATCHES {
            let look = |r: &mut dyn Repositories| Ok((r.audit_log().has_unsealed()?, r.audit_log().chain_ends()?.head));
            let (has_unsealed, head) = self.store.poll::<_, StoreError, _>(look).await?;
            if !has_unsealed {
                return Ok(Some(head));
            }
            let keys = keys.clone();
            let sealed = self.store.write(move |r| seal_batch(r, &keys)).await?;
            if sealed == 0 {
                return Ok(Some(head));
            }
        }
        let head = self.store.read(|r| Ok::<_, StoreError>(r.audit_log().chain_ends()?.head)).await?;
        Ok(Some(head))
    }

    /// Deletes the oldest entries that are old enough; how many there were. What is left is a chain.
    ///
    /// # Errors
    /// As [`SweepAuditError`] says.
    pub async fn delete_old(&self) -> Result<usize, SweepAuditError> {
        let Some(retention) = self.retention else { return Ok(0) };
        let (before, mut total) = (self.clock.now() - retention, 0);
        for _ in 0..BATCHES {
            let keys = self.keys.clone();
            let deleted = self.store.write(move |r| match &keys {
                Some(keys) => delete_sealed(r, keys, before),
                None => Ok(r.audit_log().delete_unsealed(before, BATCH)?),
            });
            let deleted = deleted.await?;
            total += deleted;
            if deleted == 0 {
                break;
            }
        }
        Ok(total)
    }
}

fn seal_batch(r: &mut dyn Repositories, keys: &AuditKeys) -> Result<usize, StoreError> {
    if !r.audit_log().is_alone_with_chain()? {
        return Ok(0);
    }
    let mut head = r.audit_log().chain_ends()?.head;
    let mut seals = Vec::new();
    for entry in r.audit_log().unsealed(BATCH)? {
        let seal = keys.seal(&head, &entry);
        head = seal.link.clone();
        seals.push(seal);
    }
    r.audit_log().seal(&seals)?;
    Ok(seals.len())
}

/// Looks at what it deletes, so that nobody hides a change behind it.
fn delete_sealed(r: &mut dyn Repositories, keys: &AuditKeys, before: Timestamp) -> Result<usize, SweepAuditError> {
    if !r.audit_log().is_alone_with_chain()? {
        return Ok(0);
    }
    let ChainEnds { anchor, head } = r.audit_log().chain_ends()?;
    if !keys.has_set(&anchor) {
        return Err(SweepAuditError::BrokenChain(anchor.link.number));
    }
    let is_old = |sealed: &SealedEntry| sealed.entry.at < before;
    let old = r.audit_log().sealed_after(anchor.link.number, BATCH)?;
    let old: Vec<SealedEntry> = old.into_iter().take_while(is_old).collect();
    if old.is_empty() {
        return Ok(0);
    }
    let verifier = EntryVerifier::new(keys, &r.audit_log().deleted_users()?);
    let mut last = anchor.link;
    for index in 0..old.len() {
        let next = verifier.verify_next(&last, &old[index..], head.number);
        last = next.map_err(|_| SweepAuditError::BrokenChain(last.number + 1))?;
    }
    Ok(r.audit_log().delete_up_to(&keys.anchor(last))?)
}
