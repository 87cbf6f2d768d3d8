//! A typed client of the ORE backend.
//!
//! * [`Client`]: every call is a method. A client of a user logs in and keeps its tokens, which are renewed when they have
//!   expired, once for all calls that wait; a client of a service has an API key.
//! * [`TokenStore`]: where tokens are kept; in memory unless the program says otherwise.
//! * [`Error`]: what the service has refused, and why, with the request's id for those who look into its log.
//!
//! # Features
//!
//! `blocking` adds the module `blocking`, for programs without a runtime.
//!
//! # Example
//!
//! ```no_run
//! use ore_client::{Client, Error};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::builder("https://id.example.com").build()?;
//! match client.log_in("ada@example.org", "correct horse battery").await {
//!     Ok(()) => {}
//!     Err(Error::SecondFactor { mfa_token, .. }) => client.verify_mfa(&mfa_token, "123456").await?,
//!     Err(error) => return Err(error.into()),
//! }
//! println!("{}", client.me().await?.email);
//! # Ok(())
//! # }
//! ```

mod account;
mod answer;
mod api_keys;
mod audit;
mod authorized;
#[cfg(feature = "blocking")]
pub mod blocking;
mod bodies;
mod builder;
mod call;
mod client;
mod cookies;
mod error;
mod filters;
mod idempotency;
mod introspection;
mod log_in;
mod pages;
mod roles;
mod session;
mod sessions;
mod tokens;
mod transport;
mod users;

pub use bodies::{ApiKeyRequest, NewRole, NewUser, ProfileEdit, RoleEdit, UserEdit};
pub use builder::{BuildError, ClientBuilder, DEFAULT_RETRIES, DEFAULT_TIMEOUT};
pub use call::Tagged;
pub use client::Client;
pub use error::Error;
pub use filters::{AuditFilter, UserFilter};
pub use log_in::Registration;
pub use ore_schemas::{
    ApiKeyResponse as ApiKey, AuditEntryResponse as AuditEntry, AuditPartyResponse as AuditParty,
    CreatedApiKeyResponse as CreatedApiKey, ErrorDetails, FieldErrorResponse as FieldError,
    IntrospectionResponse as Introspection, RoleResponse as Role, SessionResponse as Session, UserResponse as User,
};
pub use pages::Pages;
pub use secrecy::{ExposeSecret, SecretString};
pub use tokens::{MemoryStore, StoreError, TokenStore, Tokens};
pub use transport::LONGEST_RETRY_AFTER;

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
