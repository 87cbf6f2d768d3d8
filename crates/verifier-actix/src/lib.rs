//! Checks the access tokens of the ORE backend in services that stand on actix-web.
//!
//! The [`Verifier`](ore_verifier::Verifier) is in the data of the application.
//!
//! * [`Authenticated`]: the caller, as an extractor.
//! * [`RequirePermission`]: the caller, who has a permission.
//! * [`authenticate`]: a middleware that refuses requests without a token that is accepted; [`require()`] asks for a
//!   permission too.
//! * [`Rejection`]: what RFC 6750, section 3, has a service answer; handlers can return it.

mod authentication;
mod extract;
mod middleware;
mod rejection;

pub use extract::{Authenticated, RequirePermission};
pub use middleware::{authenticate, require};
pub use ore_verifier;
pub use rejection::Rejection;

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
