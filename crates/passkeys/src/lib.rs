//! Passkeys: what browsers are asked for, and whether what they answer holds (`WebAuthn` level 3).
//!
//! Nothing here is stored, and no time is told. Who uses it keeps the state of a ceremony from its beginning to its end,
//! lets each count once, and stores the records of passkeys.

mod fault;
mod presented;
mod registration;
mod relying_party;

pub use fault::{CannotBegin, InvalidRelyingParty, PasskeyFault};
pub use presented::{PresentedPasskey, VerifiedAssertion};
pub use registration::{PasskeyAccount, RegisteredPasskey};
pub use relying_party::{RelyingParty, RelyingPartyOptions, StartedCeremony};
