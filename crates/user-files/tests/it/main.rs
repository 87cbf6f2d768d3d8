//! Files of users, seen from outside the crate.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_rows;
mod formats;
mod other_services;
mod round_trip;
mod support;
