//! Access tokens: JSON Web Tokens (RFC 7519) of the profile of RFC 9068, signed with HMAC or with the private half of a pair
//! of keys.
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
mod jwk;
mod key_error;
mod key_weakness;
mod legacy;
#[cfg(feature = "signing-keys")]
mod private_key;
mod provider;
mod public_key;
mod received_claims;
mod secret_key;
mod signing_key;
mod time;
mod unverified_issuer;
mod verification_key;
mod verifier;
#[cfg(test)]
mod wycheproof;
#[cfg(test)]
mod wycheproof_pairs;

pub use access_token::AccessToken;
pub use algorithm::Algorithm;
pub use claims::{AccessClaims, ActorClaim, NoExtraClaims, SessionClaims};
pub use compact::MAXIMUM_TOKEN_BYTES;
pub use digest::TokenDigest;
pub use error::TokenError;
pub use issuer::{DEFAULT_LIFETIME, IssuerSettings, Subject, TokenIssuer};
pub use jwk::{Jwk, JwkSet};
pub use key_error::KeyError;
pub use key_weakness::KeyWeakness;
pub use legacy::{LegacyClaims, LegacyTokenVerifier};
#[cfg(feature = "signing-keys")]
pub use private_key::PrivateKey;
pub use public_key::PublicKey;
pub use secret_key::SecretKey;
pub use signing_key::SigningKey;
pub use unverified_issuer::unverified_issuer;
pub use verification_key::VerificationKey;
pub use verifier::{MAXIMUM_LEEWAY, TokenVerifier, VerifierSettings};
