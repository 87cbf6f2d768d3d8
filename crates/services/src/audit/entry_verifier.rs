use std::collections::HashSet;

use ore_domain::{AuditParty, ChainLink, SealedEntry, UserId};

use super::AuditKeys;
use super::fault::{AuditFault, AuditFaultKind};

/// Verifies one sealed entry after the other.
pub(super) struct EntryVerifier<'a> {
    keys: &'a AuditKeys,
    /// The users whose deletion the log tells, and of whom personal fields may be missing.
    erased: HashSet<AuditParty>,
}

impl<'a> EntryVerifier<'a> {
    pub(super) fn new(keys: &'a AuditKeys, deleted_users: &[String]) -> Self {
        let users = deleted_users.iter().filter_map(|id| id.parse().ok());
        Self { keys, erased: users.map(|id| AuditParty::user(UserId::new(id))).collect() }
    }

    /// The link of the first of these entries, if it is the one that follows the previous link.
    pub(super) fn verify_next(
        &self,
        previous: &ChainLink,
        entries: &[SealedEntry],
        head: i64,
    ) -> Result<ChainLink, AuditFault> {
        let number = previous.number + 1;
        let Some(first) = entries.first() else { return Ok(previous.clone()) };
        let (link, id) = (&first.seal.link, Some(first.entry.id));
        if link.number > number {
            return Err(AuditFault::at(AuditFaultKind::Removed, number, None));
        }
        if link.number < number {
            return Err(AuditFault::at(AuditFaultKind::Added, link.number, id));
        }
        if !self.keys.follows(previous, first, &link.hmac) {
            let kind = if number > head { AuditFaultKind::Added } else { self.fault_kind(previous, entries) };
            return Err(AuditFault::at(kind, number, id));
        }
        if !self.has_its_client(first) || !self.has_its_details(first) {
            return Err(AuditFault::at(AuditFaultKind::Changed, number, id));
        }
        Ok(link.clone())
    }

    /// The kind of fault of an entry that does not follow. If the entry that would follow comes later, this one was
    /// inserted before it, or the two were swapped.
    fn fault_kind(&self, previous: &ChainLink, entries: &[SealedEntry]) -> AuditFaultKind {
        let [first, others @ ..] = entries else { return AuditFaultKind::Changed };
        let hmacs = |sealed: &SealedEntry| [first.seal.link.hmac.clone(), sealed.seal.link.hmac.clone()];
        let fitting =
            |sealed: &SealedEntry| hmacs(sealed).into_iter().find(|hmac| self.keys.follows(previous, sealed, hmac));
        let Some((index, (other, hmac))) =
            others.iter().enumerate().find_map(|(index, other)| Some((index, (other, fitting(other)?))))
        else {
            return AuditFaultKind::Changed;
        };
        let link = ChainLink { number: previous.number + 1, hmac };
        let has_changed_places = hmacs(other).iter().any(|hmac| self.keys.follows(&link, first, hmac));
        if index == 0 && !has_changed_places { AuditFaultKind::Added } else { AuditFaultKind::Reordered }
    }

    fn has_its_client(&self, sealed: &SealedEntry) -> bool {
        let is_erased = sealed.entry.client_fields() == [None; 3] && self.is_erased(sealed.entry.owner_of_client());
        is_erased || self.keys.has_client_of(sealed)
    }

    fn has_its_details(&self, sealed: &SealedEntry) -> bool {
        let is_erased = sealed.entry.details.is_none() && self.is_erased(sealed.entry.owner_of_details());
        is_erased || self.keys.has_details_of(sealed)
    }

    fn is_erased(&self, owner: Option<&AuditParty>) -> bool {
        owner.is_some_and(|owner| self.erased.contains(owner))
    }
}
