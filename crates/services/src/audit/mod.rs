//! The audit log: what use cases write into it, how it is sealed, and how a change of it is found.

mod act;
mod entry_verifier;
mod fault;
mod keys;
mod reading;
mod refusal;
mod sealing;
mod verification;

pub(crate) use act::{Act, AuditWriter, not_written};
pub use fault::{AuditFault, AuditFaultKind};
pub use keys::AuditKeys;
pub use reading::AuditReader;
pub use refusal::{AuditedError, Refusal};
pub use sealing::{AuditSealing, SweepAuditError};
pub use verification::{AuditReport, AuditVerification, VerifyAuditError};
