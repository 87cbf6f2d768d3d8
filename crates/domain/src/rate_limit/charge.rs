use std::time::Duration;

use super::Quota;

/// One call, charged to one of its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// What is counted together. It may be kept where others read it, so it names nobody.
    pub key: String,
    /// How many calls there may be.
    pub quota: Quota,
}

/// The limits of one call in the order of [`LimitedBy`], in which they are asked. All of them are charged, or none.
pub type Charges = [Charge; 3];

/// What used up the quota that refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    /// Calls from the same network address.
    Address,
    /// Calls that named the same account, whether or not there is one.
    Account,
    /// All calls.
    Total,
}

impl LimitedBy {
    /// In the order of [`Charges`].
    pub const ALL: [Self; 3] = [Self::Address, Self::Account, Self::Total];
}

/// What came of charging a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Every limit had room and was charged.
    Admitted,
    /// A limit had no room; none was charged.
    Refused {
        /// The first that had none.
        by: LimitedBy,
        /// When that limit will have room, unless others are faster.
        retry_after: Duration,
    },
}
