//! What was done with credentials and accounts, by whom, and how it ended.

mod action;
mod chain;
mod entry;
mod log;
mod origin;
mod party;
mod query;

pub use action::AuditAction;
pub use chain::{AuditSeal, ChainAnchor, ChainEnds, ChainLink, NotALink, SealedEntry};
pub use entry::{AuditEntry, AuditOutcome, NewAuditEntry};
pub use log::AuditLog;
pub use origin::AuditOrigin;
pub use party::{AuditParty, PartyFilter};
pub use query::{AuditFilter, AuditListRequest, AuditQuery, AuditSort};
