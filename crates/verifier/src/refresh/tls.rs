use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use super::StartError;

/// The provider is named: looking one up panics where a build has two or none.
pub(super) fn client_config(needs_authorities: bool) -> Result<ClientConfig, StartError> {
    let mut authorities = RootCertStore::empty();
    if needs_authorities {
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if authorities.is_empty() {
            return Err(StartError::NoAuthorities);
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(authorities).with_no_client_auth())
}
