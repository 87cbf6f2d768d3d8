//! The cryptography behind the signatures.

use jsonwebtoken::crypto::CryptoProvider;

// The provider is named rather than looked up: jsonwebtoken's process-wide default panics when a build has both.
#[cfg(feature = "aws-lc-rs")]
pub(super) const PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc-rs")))]
pub(super) const PROVIDER: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

#[cfg(not(any(feature = "aws-lc-rs", feature = "rust-crypto")))]
compile_error!("ore-security needs one of its features `aws-lc-rs` (the default) and `rust-crypto`");
