use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use crate::ExternalOptions;

/// Why TLS cannot be spoken.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The operating system trusts nobody.
    #[error("no certificate authority is trusted: install the package ca-certificates, or set SSL_CERT_FILE")]
    NoAuthorities,
    /// The TLS library does not take its configuration.
    #[error(transparent)]
    Library(#[from] rustls::Error),
}

/// TLS as the service speaks it everywhere, with the same provider of cryptography.
pub(crate) fn client_config(options: &ExternalOptions) -> Result<ClientConfig, TlsError> {
    let authorities = match &options.authorities {
        Some(authorities) => authorities.clone(),
        None if options.base.scheme() == "https" => of_system()?,
        None => RootCertStore::empty(),
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(authorities).with_no_client_auth())
}

fn of_system() -> Result<RootCertStore, TlsError> {
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if authorities.is_empty() { Err(TlsError::NoAuthorities) } else { Ok(authorities) }
}
