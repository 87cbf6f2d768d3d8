//! Password hashing, seen from outside the crate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod hashing;
mod imported_hashes;
mod peer_hashes;
mod secrecy;
mod stored_hashes;
mod support;
mod work;
