//! Password hashing and access tokens, without I/O, an async runtime or global state.
//!
//! The crate stands alone: a service that only has to check access tokens takes it without the database and the web
//! framework of the backend that issues them.
//!
//! * [`password`]: Argon2id hashes in the PHC string format, made and checked in memory that the caller keeps.
//! * [`token`]: short-lived signed access tokens (RFC 9068), their issuer and a strict verifier.
//! * [`opaque_token`]: random tokens with a checksum, of which a store keeps the digest.
//! * [`totp`] and [`recovery_code`]: what users show beside a password.
//! * [`sealing`]: encryption of what is stored, [`mac`]: codes by which a change of it is noticed, and [`key_ring`], the
//!   secret that their keys come from ([`sealing_secret`]).
//! * [`random`]: bytes from the operating system.
//!
//! Nothing here reads a clock, an environment variable or a file; the time is always an argument.
//!
//! # Features
//!
//! `passwords`, `sealing`, `second-factors` and `tokens` are on by default; a service that only checks tokens takes `tokens` alone and
//! compiles neither Argon2 nor a cipher. The cryptography behind the token signatures is `aws-lc-rs` (the default) or `rust-crypto`. With both on, as
//! Cargo's feature unification may bring about, `aws-lc-rs` is used.
//!
//! # Example
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//!
//! use ore_security::token::{
//!     AccessClaims, Algorithm, IssuerSettings, SecretKey, SigningKey, Subject, TokenIssuer, TokenVerifier,
//!     VerificationKey, VerifierSettings,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SecretKey::new(*b"an example key of 32 bytes -----")?;
//! let issuer = TokenIssuer::new(
//!     IssuerSettings {
//!         issuer: "ore-backend".to_owned(),
//!         audience: "ore".to_owned(),
//!         client_id: "ore-web".to_owned(),
//!     },
//!     SigningKey::hmac(Algorithm::Hs256, &key)?,
//! );
//! let now = UNIX_EPOCH + Duration::from_secs(1_795_348_801);
//! let subject = Subject::user("user@example.com".to_owned(), 7, "session".to_owned());
//! let token = issuer.create_access_token(subject, None, now)?;
//!
//! let verifier = TokenVerifier::new(
//!     VerifierSettings {
//!         issuer: "ore-backend".to_owned(),
//!         audience: "ore".to_owned(),
//!         leeway: Duration::from_secs(30),
//!     },
//!     [VerificationKey::hmac(Algorithm::Hs256, &key)?],
//! )?;
//! let claims: AccessClaims = verifier.verify(token.expose(), now)?;
//! assert_eq!(claims.uid, Some(7));
//! # Ok(())
//! # }
//! ```

/// The secret of everything that is stored sealed.
#[cfg(feature = "sealing")]
pub mod key_ring;
/// Names for people that only we can match with them.
pub mod keyed_hash;
/// Codes by which a change of what is stored is noticed.
#[cfg(feature = "sealing")]
pub mod mac;
pub mod opaque_token;
#[cfg(feature = "passwords")]
pub mod password;
pub mod random;
#[cfg(feature = "second-factors")]
pub mod recovery_code;
#[cfg(feature = "sealing")]
pub mod sealing;
#[cfg(feature = "sealing")]
pub mod sealing_secret;
#[cfg(feature = "tokens")]
pub mod token;
#[cfg(feature = "second-factors")]
pub mod totp;

/// The examples of the README, which are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
