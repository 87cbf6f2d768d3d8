//! Second factors: what a user shows beside the password, and when it is asked for.

mod changes;
mod enrolment;
mod error;
mod factor_error;
mod pending;
mod proof;
mod recovery_codes;
mod service;
mod verification;

pub(crate) use changes::{add_factors, end_unproven_factors, remove_all_factors, remove_factors};
pub use enrolment::OfferedTotp;
pub use error::SecondFactorError;
pub use factor_error::FactorError;
pub(crate) use pending::{CheckedUser, start_pending_log_in};
pub use pending::{PENDING_LOG_IN_LIFETIME, SecondFactorMethod, SecondFactorRequired};
pub use proof::SecondFactorProof;
pub(crate) use proof::{ProofError, accept_code};
pub use recovery_codes::RecoveryCodes;
pub(crate) use service::send_notice;
pub use service::{FactorsOfUser, OwnSession, SecondFactors};
