//! Checks the access tokens of the ORE backend in other services.
//!
//! [`Verifier`] does no I/O: keys ([`Verifier::replace_keys`]) and revocations ([`Verifier::apply_revocations`]) are handed
//! to it at any time and from any thread, and [`Verifier::check`] takes the time as an argument. There is no global state.
//!
//! * [`Caller`]: who calls and what they may do.
//! * [`Reason`]: why a token was refused, with a stable name for metrics.
//! * [`Refusal`]: what RFC 6750 has a service answer then; `ore-verifier-axum` and `ore-verifier-actix` stand on it.
//! * [`Verifier::with_issuers`]: one verifier for the tokens of several issuers.
//! * [`Observer`]: is told of every check and every change, for metrics.
//!
//! # Features
//!
//! `refresh` adds the module `refresh`, which reads keys and revocations from the issuer in the background, on tokio.
//!
//! # Example
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! use ore_verifier::{Reason, StaleRevocations, Verifier};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::builder("https://accounts.example.com")
//!     .audience("notes")
//!     .max_stale(Duration::from_secs(3600))
//!     .revocations(StaleRevocations::Refuse)
//!     .build()?;
//! let now = UNIX_EPOCH + Duration::from_secs(1_795_348_801);
//! assert_eq!(verifier.check("a.b.c", now).err(), Some(Reason::KeysUnavailable));
//! # Ok(())
//! # }
//! ```

mod bearer;
mod builder;
mod caller;
mod clock;
mod error;
mod feed;
mod fresh;
mod issuers;
#[cfg(feature = "refresh")]
mod key_requests;
mod key_set;
mod limits;
mod observer;
mod permission;
mod reason;
#[cfg(feature = "refresh")]
pub mod refresh;
#[cfg(feature = "refresh")]
mod refreshed;
mod refusal;
mod revocations;
mod settings;
mod swap;
mod verifier;

pub use bearer::bearer_token;
pub use builder::{DEFAULT_LONGEST_TOKEN_LIFE, DEFAULT_MAX_STALE, VerifierBuilder};
pub use caller::Caller;
pub use clock::{Clock, SystemClock};
pub use error::{BuildError, FeedError, KeySetError};
pub use feed::FeedUpdate;
pub use key_set::KeySetUpdate;
pub use limits::{MAXIMUM_FEED_BYTES, MAXIMUM_KEY_SET_BYTES, MAXIMUM_KEYS, MAXIMUM_SESSIONS, MAXIMUM_USERS};
pub use observer::{Observer, Source};
pub use ore_security::token::{Algorithm, SecretKey};
pub use permission::{AuthenticationTooOld, MissingPermission, Permission};
pub use reason::Reason;
pub use refusal::Refusal;
pub use settings::StaleRevocations;
pub use verifier::Verifier;

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
