use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::settings::{CATALOGUE, ServerSettings, TlsFiles};

/// A certificate with its key, as the files had them when they were read.
#[derive(Debug)]
pub struct Certificate {
    pub(super) files: TlsFiles,
    pub(super) content: Content,
    pub(super) key: Arc<CertifiedKey>,
}

/// What two files hold, for telling whether they have changed.
#[derive(PartialEq, Eq)]
pub(super) struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// Why two files are not usable as a certificate: one line in the form of every fault of a setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("BACKEND_{setting}: {problem}; for example BACKEND_{setting}={}", example(.setting))]
pub struct CertificateFault {
    setting: &'static str,
    problem: String,
}

const CERTIFICATE: &str = "TLS_CERT_FILE";
const KEY: &str = "TLS_KEY_FILE";

impl Certificate {
    /// Reads what the settings name, if they name something.
    ///
    /// # Errors
    /// When a file cannot be read, holds nothing of its kind, or the key is that of another certificate.
    pub fn of(settings: &ServerSettings) -> Result<Option<Self>, CertificateFault> {
        let Some(files) = settings.tls.clone() else { return Ok(None) };
        let content = Content::read(&files)?;
        let key = content.parse(&files)?;
        Ok(Some(Self { files, content, key }))
    }
}

impl Content {
    pub(super) fn read(files: &TlsFiles) -> Result<Self, CertificateFault> {
        let read = |setting, path: &Path| {
            fs::read(path).map_err(|error| fault(setting, format!("{} cannot be read: {error}", path.display())))
        };
        Ok(Self { certificate: read(CERTIFICATE, &files.certificate)?, key: read(KEY, &files.key)? })
    }

    pub(super) fn parse(&self, files: &TlsFiles) -> Result<Arc<CertifiedKey>, CertificateFault> {
        let of_certificate = |problem: &str| fault(CERTIFICATE, format!("{} {problem}", files.certificate.display()));
        let of_key = |problem: &str| fault(KEY, format!("{} {problem}", files.key.display()));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty());
        let chain = chain.ok_or_else(|| of_certificate("holds no certificate in PEM form"))?;
        let key = PrivateKeyDer::from_pem_slice(&self.key).ok();
        let key = key.ok_or_else(|| of_key("holds no private key in PEM form"))?;
        let provider = aws_lc_rs::default_provider();
        let usable = provider.key_provider.load_private_key(key);
        let usable = usable.map_err(|_| of_key("holds a private key of a kind that is not supported"))?;
        let key = CertifiedKey::new(chain, usable);
        match key.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(key)),
            Err(rustls::Error::InconsistentKeys(_)) => Err(of_key("is not the key of the certificate")),
            Err(_) => Err(of_certificate("holds a certificate that cannot be read")),
        }
    }
}

/// Shows nothing of what the files hold.
impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Content")
    }
}

fn fault(setting: &'static str, problem: String) -> CertificateFault {
    CertificateFault { setting, problem }
}

fn example(setting: &str) -> &'static str {
    CATALOGUE.iter().find(|spec| spec.name == setting).map_or("", |spec| spec.example)
}
