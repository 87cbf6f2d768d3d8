//! The use cases over SQLite in memory, a clock that stands still and Argon2 at its cheapest.
#![allow(clippy::unwrap_used, reason = "a panic here is the failure of a test")]

mod addresses;
mod api_keys;
mod audit;
mod audit_reading;
mod audit_tampering;
mod authenticate;
mod browser_sessions;
mod client_tokens;
mod concurrent_calls;
mod context;
mod held_store;
mod impersonation;
mod impersonation_context;
mod imports;
mod legacy_tokens;
mod log;
mod log_in;
mod mail_context;
mod operators;
mod recovery;
mod replicas;
mod revocation_feed;
mod second_factor_context;
mod second_factors;
mod session_cache;
mod sessions;
mod sign_up;
mod signing_keys;
mod throttle;
mod withdrawals;
