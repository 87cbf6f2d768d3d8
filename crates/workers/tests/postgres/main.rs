//! What callers of the pools hear while PostgreSQL is away or does not answer.
#![allow(clippy::unwrap_used, reason = "a failure of a helper is the failure of the test")]

mod outages;
mod support;
