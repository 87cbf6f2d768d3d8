use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::StartError;

/// Trusts the authorities that are given, in PEM, or else those of the operating system if any are needed.
///
/// The provider is named: looking one up panics where a build has two or none.
pub(super) fn client_config(needs_authorities: bool, given: &[Vec<u8>]) -> Result<ClientConfig, StartError> {
    let mut authorities = RootCertStore::empty();
    for pem in given {
        add(&mut authorities, pem)?;
    }
    if needs_authorities && given.is_empty() {
        authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if authorities.is_empty() {
            return Err(StartError::NoAuthorities);
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(authorities).with_no_client_auth())
}

fn add(authorities: &mut RootCertStore, pem: &[u8]) -> Result<(), StartError> {
    let before = authorities.len();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| StartError::Authority)?;
        authorities.add(certificate).map_err(|_| StartError::Authority)?;
    }
    if authorities.len() == before { Err(StartError::Authority) } else { Ok(()) }
}
