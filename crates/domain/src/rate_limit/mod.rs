//! Limits on how often something may be done, by the generic cell rate algorithm (ITU-T I.371, A.1): what is kept for
//! each key is one timestamp, its theoretical arrival time.

mod charge;
mod quota;

pub use charge::{Charge, Charges, Decision, LimitedBy};
pub use quota::Quota;
