use std::sync::Arc;

use ore_domain::{ChainEnds, ChainLink, SealedEntry, Store, StoreError, StoreExt};

use super::AuditKeys;
use super::entry_verifier::EntryVerifier;
use super::fault::{AuditFault, AuditFaultKind};

/// The number of entries that are read at a time. A moved entry is found among as many.
const PAGE: u32 = 1000;

/// Finds out whether the sealed entries are those that were sealed.
pub struct AuditVerification {
    store: Arc<dyn Store>,
    keys: AuditKeys,
}

/// The state of an intact audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditReport {
    /// How many sealed entries there are.
    pub entries: u64,
    /// How many entries up to which one were deleted because they were old.
    pub deleted: i64,
    /// The last link.
    pub head: ChainLink,
    /// Whether entries wait for their seal, of which nothing can be said.
    pub has_unsealed: bool,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum VerifyAuditError {
    /// Something is wrong.
    #[error("{0}")]
    Fault(AuditFault),
    /// The link to compare is older than what is kept.
    #[error("entry {number} was deleted because it was old, with all up to {deleted}: compare a newer head")]
    HeadDeleted {
        /// The number of the link.
        number: i64,
        /// The last entry that was deleted.
        deleted: i64,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AuditFault> for VerifyAuditError {
    fn from(fault: AuditFault) -> Self {
        Self::Fault(fault)
    }
}

/// The beginning of a verification, and the users whose personal fields may be missing.
#[derive(PartialEq, Eq)]
struct VerificationStart {
    link: ChainLink,
    deleted_users: Vec<String>,
}

/// The rows that are read together. The ends are read first, so every entry up to the head must exist.
struct EntryBatch {
    ends: ChainEnds,
    entries: Vec<SealedEntry>,
}

impl AuditVerification {
    /// Over the given port.
    pub fn new(store: Arc<dyn Store>, keys: AuditKeys) -> Self {
        Self { store, keys }
    }

    /// Looks at every sealed entry, and whether the chain still has a link that somebody has recorded.
    ///
    /// # Errors
    /// As [`VerifyAuditError`] says.
    pub async fn verify(&self, recorded: Option<&ChainLink>) -> Result<AuditReport, VerifyAuditError> {
        loop {
            let beginning = self.begin().await?;
            let verified = self.verify_from(&beginning, recorded).await;
            // Old entries may have been deleted meanwhile, and users, whose entries are erased then.
            if verified.is_ok() || self.begin().await? == beginning {
                return verified;
            }
        }
    }

    async fn begin(&self) -> Result<VerificationStart, StoreError> {
        let began = self.store.read(|r| {
            let link = r.audit_log().chain_ends()?.anchor.link;
            Ok::<_, StoreError>(VerificationStart { link, deleted_users: r.audit_log().deleted_users()? })
        });
        began.await
    }

    async fn verify_from(
        &self,
        VerificationStart { link: beginning, deleted_users }: &VerificationStart,
        recorded: Option<&ChainLink>,
    ) -> Result<AuditReport, VerifyAuditError> {
        let verifier = EntryVerifier::new(&self.keys, deleted_users);
        let mut link = beginning.clone();
        if let Some(recorded) = recorded.filter(|recorded| recorded.number < beginning.number) {
            return Err(VerifyAuditError::HeadDeleted { number: recorded.number, deleted: beginning.number });
        }
        compare(&link, recorded)?;
        loop {
            let EntryBatch { ends, entries } = self.read_batch(link.number).await?;
            if !self.keys.has_set(&ends.anchor) {
                return Err(AuditFault::at(AuditFaultKind::Beginning, ends.anchor.link.number, None).into());
            }
            if entries.is_empty() {
                check_head(&link, &ends.head, recorded)?;
                let has_unsealed = self.store.read(|r| r.audit_log().has_unsealed()).await?;
                let entries = u64::try_from(link.number - beginning.number).unwrap_or_default();
                return Ok(AuditReport { entries, deleted: beginning.number, head: link, has_unsealed });
            }
            for index in 0..entries.len() {
                link = verifier.verify_next(&link, &entries[index..], ends.head.number)?;
                compare(&link, recorded)?;
            }
        }
    }

    async fn read_batch(&self, after: i64) -> Result<EntryBatch, StoreError> {
        let batch = self.store.read(move |r| {
            let ends = r.audit_log().chain_ends()?;
            Ok(EntryBatch { ends, entries: r.audit_log().sealed_after(after, PAGE)? })
        });
        batch.await
    }
}

fn check_head(last: &ChainLink, head: &ChainLink, recorded: Option<&ChainLink>) -> Result<(), VerifyAuditError> {
    if head.number > last.number {
        return Err(AuditFault::at(AuditFaultKind::CutOff, last.number + 1, None).into());
    }
    if head != last {
        return Err(AuditFault::at(AuditFaultKind::Added, last.number, None).into());
    }
    match recorded {
        Some(recorded) if recorded.number > last.number => {
            Err(AuditFault::at(AuditFaultKind::CutOff, last.number + 1, None).into())
        }
        _ => Ok(()),
    }
}

/// A chain that was cut off and went on has another link there.
fn compare(link: &ChainLink, recorded: Option<&ChainLink>) -> Result<(), AuditFault> {
    match recorded {
        Some(recorded) if recorded.number == link.number && recorded != link => {
            Err(AuditFault::at(AuditFaultKind::CutOff, link.number, None))
        }
        _ => Ok(()),
    }
}
