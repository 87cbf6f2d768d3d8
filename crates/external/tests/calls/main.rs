//! Calls to a real HTTP server, and what becomes of them when it misbehaves.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod support;

mod calls;
mod faults;
mod limits;
mod tls;
