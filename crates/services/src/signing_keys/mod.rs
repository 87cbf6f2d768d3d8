//! The pairs of keys that access tokens are signed with: how they are kept, and how they follow each other.

mod administration;
mod error;
mod keyring;
mod policy;

pub use administration::SigningKeyAdministration;
pub use error::SigningKeyError;
pub use keyring::{Keyring, OpenedKeys};
pub use policy::{PUBLISHED_BEFORE, SigningKeyPolicy};
