use std::time::Duration;

use super::Quota;

/// One call, charged to one of its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// The key of a counter. Others may be able to read it, so it contains no name and no address.
    pub key: String,
    /// How many calls there may be.
    pub quota: Quota,
}

/// The limits of one call.
///
/// A limit of the address that has no room refuses the call, which is charged to nothing then. A call that they admit is
/// charged to each of them, and to the total. Where the total has no room, the reserve admits the call in its place if the
/// address takes no more than its fair share with it; else the total refuses it, and it stays charged to the address that
/// made it. So an address that floods uses up what is its own, and not what others have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charges {
    /// The charges of the address, in the order in which they are checked.
    pub address: Vec<Charge>,
    /// All calls.
    pub total: Charge,
    /// Calls that find the total used up.
    pub reserve: Charge,
    /// The fair share: this number of recent calls for each limit of the address.
    pub fair_share: u32,
}

/// The limit that refused a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    /// Calls that count for the same limit of an address: its place in [`Charges::address`].
    Address(usize),
    /// All calls.
    Total,
}

/// The result of charging a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// There was room.
    Admitted,
    /// A limit had no room.
    Refused {
        /// The first that had none.
        by: LimitedBy,
        /// When that limit will have room, unless others are faster.
        retry_after: Duration,
    },
}
