use crate::{AuditOutcome, ListRequest, PartyFilter, Timestamp};

/// The sort orders of the list of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSort {
    /// The key.
    Id,
}

/// A request for a page of entries.
pub type AuditListRequest = ListRequest<AuditSort, AuditFilter>;

/// Which entries are asked for; without anything, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Done by.
    pub actor: Option<PartyFilter>,
    /// Done to.
    pub subject: Option<PartyFilter>,
    /// The name of the action.
    pub action: Option<String>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// At this time or later.
    pub after: Option<Timestamp>,
    /// Before this time.
    pub before: Option<Timestamp>,
}

/// One page of entries, in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditQuery {
    /// Which.
    pub filter: AuditFilter,
    /// The key of the last entry of the page before, in the order asked for; that entry need not be there any more.
    pub beyond: Option<i64>,
    /// Whether the oldest come first.
    pub is_ascending: bool,
    /// The most entries of the page.
    pub limit: u32,
}

impl AuditQuery {
    /// The newest entries.
    pub const fn newest(filter: AuditFilter, limit: u32) -> Self {
        Self { filter, beyond: None, is_ascending: false, limit }
    }
}
