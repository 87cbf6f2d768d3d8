//! Access tokens: JSON Web Tokens (RFC 7519) of the profile of RFC 9068, signed with HMAC.
//!
//! [`TokenIssuer`] makes them, [`TokenVerifier`] checks them; [`LegacyTokenVerifier`] checks the tokens of the service
//! that came before.

mod access_token;
mod algorithm;
mod claims;
mod compact;
mod digest;
mod error;
mod header;
mod identifier;
mod issuer;
mod legacy;
mod received_claims;
mod secret_key;
mod signature;
mod time;
mod verifier;
#[cfg(test)]
mod wycheproof;

pub use access_token::AccessToken;
pub use algorithm::{Algorithm, UnknownAlgorithm};
pub use claims::{AccessClaims, ActorClaim, NoExtraClaims, SessionClaims};
pub use compact::MAXIMUM_TOKEN_BYTES;
pub use digest::TokenDigest;
pub use error::TokenError;
pub use issuer::{DEFAULT_LIFETIME, IssuerSettings, Subject, TokenIssuer};
pub use legacy::{LegacyClaims, LegacyTokenVerifier};
pub use secret_key::SecretKey;
pub use verifier::{MAXIMUM_LEEWAY, TokenVerifier, VerifierSettings};
