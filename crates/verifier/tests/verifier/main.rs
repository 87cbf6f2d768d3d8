//! What the verifier accepts and refuses, by a clock that is moved.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

mod checks;
mod fixture;
mod issuers;
mod keys;
mod refusals;
mod revocations;
