use std::fs;
use std::path::Path;
use std::sync::Arc;

use ore_domain::Timestamp;
use ore_settings::{CATALOGUE, ServerSettings, TlsFiles};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};
use rustls::{Error, InconsistentKeys};

use super::chain::Chain;
use super::mistake::{ExpectedContent, content_fault};

/// A certificate with its key, as the files had them when they were read.
#[derive(Debug)]
pub struct Certificate {
    pub(super) files: TlsFiles,
    pub(super) content: Content,
    pub(super) pair: Pair,
}

/// The pair in use, and the facts about its certificates.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) key: Arc<CertifiedKey>,
    pub(super) chain: Chain,
}

/// The content of the two files, by which changes are noticed.
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
/// How the reader of PEM finds a certificate.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

impl Certificate {
    /// Reads what the settings name, if they name something. One that has expired, or is not valid yet, is none the less
    /// a certificate: that passes without another start, see [`Certificate::findings`].
    ///
    /// # Errors
    /// When a file cannot be read, holds something else, or the key is not that of the first certificate.
    pub fn of(settings: &ServerSettings) -> Result<Option<Self>, CertificateFault> {
        settings.tls().map(Self::read).transpose()
    }

    pub(super) fn read(files: TlsFiles) -> Result<Self, CertificateFault> {
        let content = Content::read(&files)?;
        let pair = content.parse(&files)?;
        Ok(Self { files, content, pair })
    }

    /// The faults of the certificate at this time that clients may notice, a line each.
    pub fn findings(&self, now: Timestamp) -> Vec<String> {
        let findings = self.pair.chain.findings(&self.files.certificate, now);
        findings.into_iter().map(|finding| format!("BACKEND_{CERTIFICATE}: {finding}")).collect()
    }
}

impl Content {
    pub(super) fn read(files: &TlsFiles) -> Result<Self, CertificateFault> {
        let read = |setting, path: &Path| {
            fs::read(path).map_err(|error| fault(setting, path, &format!("cannot be read: {error}")))
        };
        Ok(Self { certificate: read(CERTIFICATE, &files.certificate)?, key: read(KEY, &files.key)? })
    }

    pub(super) fn parse(&self, files: &TlsFiles) -> Result<Pair, CertificateFault> {
        let of_certificate = |problem: &str| fault(CERTIFICATE, &files.certificate, problem);
        let of_key = |problem: &str| fault(KEY, &files.key, problem);
        let certificates = certificates(&self.certificate).map_err(|problem| of_certificate(&problem))?;
        let key = private_key(&self.key).map_err(of_key)?;
        let chain = Chain::read(&certificates).ok_or_else(|| of_certificate(UNREADABLE))?;
        let owner = owner(&certificates, &key).map_err(|_| of_certificate(UNREADABLE))?;
        match owner {
            Some(0) => Ok(Pair { key: Arc::new(CertifiedKey::new(certificates, key)), chain }),
            Some(behind) => Err(of_certificate(&format!(
                "has the server's own certificate at place {}; put it first, then each issuer",
                behind + 1
            ))),
            None => {
                Err(of_key("is not the key of the certificate; put the key here that the certificate was made with"))
            }
        }
    }
}

const UNREADABLE: &str = "holds a certificate that cannot be read; copy the whole file anew";

/// Every certificate of the file: one that the reader passes over would leave a chain with a gap.
fn certificates(content: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    if let Some(problem) = content_fault(content) {
        return Err(problem.to_owned());
    }
    let read: Vec<_> = CertificateDer::pem_slice_iter(content).filter_map(Result::ok).collect();
    let started = String::from_utf8_lossy(content).matches(BEGIN).count();
    match read.len() {
        0 => Err(ExpectedContent::Certificate.describe_mistake(content).to_owned()),
        readable if readable < started => Err(format!(
            "holds {started} certificates, of which {readable} can be read; is a line break missing between two of them?"
        )),
        _ => Ok(read),
    }
}

fn private_key(content: &[u8]) -> Result<Arc<dyn SigningKey>, &'static str> {
    if let Some(problem) = content_fault(content) {
        return Err(problem);
    }
    let key = PrivateKeyDer::from_pem_slice(content).map_err(|_| ExpectedContent::Key.describe_mistake(content))?;
    let usable = aws_lc_rs::default_provider().key_provider.load_private_key(key);
    usable.map_err(
        |_| "holds a private key that is damaged or of a kind that TLS does not have; use RSA, ECDSA or Ed25519",
    )
}

/// The certificate to which the key belongs; the first one if that is unknown.
fn owner(certificates: &[CertificateDer<'static>], key: &Arc<dyn SigningKey>) -> Result<Option<usize>, Error> {
    for (place, certificate) in certificates.iter().enumerate() {
        match CertifiedKey::new(vec![certificate.clone()], Arc::clone(key)).keys_match() {
            Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => return Ok(Some(place)),
            Err(Error::InconsistentKeys(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Shows nothing of what the files hold.
impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Content")
    }
}

fn fault(setting: &'static str, file: &Path, problem: &str) -> CertificateFault {
    CertificateFault { setting, problem: format!("{} {problem}", file.display()) }
}

fn example(setting: &str) -> &'static str {
    CATALOGUE.iter().find(|spec| spec.name == setting).map_or("", |spec| spec.example)
}
