//! Checks the access tokens of the ORE backend in services that stand on axum or on tower.
//!
//! * [`Authenticated`]: the caller, as an extractor; the [`Verifier`](ore_verifier::Verifier) is in the state of the router.
//! * [`RequirePermission`]: the caller, who has a permission.
//! * [`VerifierLayer`]: refuses requests without a token that is accepted, and keeps the
//!   [`Caller`](ore_verifier::Caller) in the extensions of the others; [`require()`] asks for a permission behind it.
//! * [`Rejection`]: what RFC 6750, section 3, has a service answer; handlers can return it.

mod authentication;
mod extract;
mod layer;
mod rejection;
mod require;

pub use extract::{Authenticated, RequirePermission};
pub use layer::{VerifierLayer, VerifierService};
pub use ore_verifier;
pub use rejection::Rejection;
pub use require::{RequireLayer, RequireService, require};

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
