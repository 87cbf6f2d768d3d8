//! Keys and revocations that are read from an issuer on a loopback address.
#![allow(clippy::unwrap_used, reason = "a test fails where its fixture does")]

mod directory;
mod fixture;
mod issuers;
mod keys;
mod options;
mod revocations;
mod tls;
