//! Password hashing with Argon2id (RFC 9106), in the PHC string format, and checks of the hashes of other programs.

mod argon2_hash;
mod encoded_hash;
mod error;
mod hasher;
mod imported;
mod memory;
mod normalization;
mod observer;
mod parameters;
mod stored_hash;

pub use encoded_hash::EncodedHash;
pub use error::HashError;
pub use hasher::{Argon2Hasher, MAXIMUM_PASSWORD_BYTES, Verification};
pub use memory::{HashMemory, MemoryHooks};
pub use observer::HashObserver;
pub use parameters::HashParameters;
pub use stored_hash::check_imported_hash;
