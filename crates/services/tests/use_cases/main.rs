//! The use cases over the in-memory store, a clock that stands still and Argon2 at its cheapest.
#![allow(clippy::unwrap_used, reason = "a panic here is the failure of a test")]

mod authenticate;
mod legacy_tokens;
mod log;
mod log_in;
mod operators;
mod recent_users;
mod sign_up;
mod world;
