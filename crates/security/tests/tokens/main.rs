//! Access tokens, seen from outside the crate: forged ones are signed here with an HMAC of another library.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod any_keys;
mod claims;
mod forged_headers;
mod issuing;
mod legacy;
mod mutations;
mod pairs;
mod secrecy;
mod shapes;
mod support;
