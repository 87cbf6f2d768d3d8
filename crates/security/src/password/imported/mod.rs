//! Hashes that other programs made, which are verified once and then renewed.

mod bcrypt_hash;
mod encoding;
mod imported_hash;
mod pbkdf2_hash;
mod scrypt_hash;

pub(super) use imported_hash::ImportedHash;
