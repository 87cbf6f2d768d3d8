//! An issuer of access tokens in the process, for tests of services that check the tokens of the ORE backend.
//!
//! [`TestIssuer`] has keys, a key set, a revocation feed and a clock that stands still until it is moved. It opens no port,
//! unless the feature `serve` is on and one is asked for. What goes wrong in it panics: it is for tests alone.
//!
//! # Example
//!
//! ```
//! use ore_testkit_issuer::TestIssuer;
//!
//! let issuer = TestIssuer::new();
//! let token = issuer.user(7).permissions(["notes.write"]).token();
//! assert_eq!(token.split('.').count(), 3);
//! assert!(issuer.jwks().contains("Ed25519"));
//! ```
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test fails where its issuer does")]

mod clock;
mod issuer;
mod revocations;
#[cfg(feature = "serve")]
mod server;
mod shared;
mod token;

pub use clock::TestClock;
pub use issuer::TestIssuer;
pub use ore_security::token::{Algorithm, SecretKey};
#[cfg(feature = "serve")]
pub use server::{API_KEY, Requests, TestServer};
pub use token::TestToken;

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
