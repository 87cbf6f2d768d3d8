use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{Certificate, CertificateParams, DnType, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ALL_VERSIONS, ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use super::{RawAnswer, TestDir};

/// The settings that name the files which [`TestDir::install`] writes.
pub(crate) const TLS_FILES: [(&str, &str); 2] =
    [("BACKEND_TLS_CERT_FILE", "tls.crt"), ("BACKEND_TLS_KEY_FILE", "tls.key")];

/// A certificate for `localhost` that signs itself, and its key.
pub(crate) struct Identity {
    parameters: CertificateParams,
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

impl Identity {
    pub(crate) fn new() -> Self {
        Self::named("localhost")
    }

    /// As [`Identity::new`], with this name as its own and as that of its issuer.
    pub(crate) fn named(name: &str) -> Self {
        Self::signing_itself(parameters(name))
    }

    /// As [`Identity::new`], valid from the beginning of one year to that of another.
    pub(crate) fn valid_between(begin: i32, end: i32) -> Self {
        let mut parameters = parameters("localhost");
        (parameters.not_before, parameters.not_after) = (date_time_ymd(begin, 1, 1), date_time_ymd(end, 1, 1));
        Self::signing_itself(parameters)
    }

    fn signing_itself(parameters: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self::of(&certificate, &key, parameters)
    }

    /// Another identity, whose certificate this one signs.
    pub(crate) fn issue(&self) -> Self {
        let issuer = Issuer::from_params(&self.parameters, KeyPair::from_pem(&self.key_pem).unwrap());
        let (key, parameters) = (KeyPair::generate().unwrap(), parameters("issued"));
        let certificate = parameters.signed_by(&key, &issuer).unwrap();
        Self::of(&certificate, &key, parameters)
    }

    fn of(certificate: &Certificate, key: &KeyPair, parameters: CertificateParams) -> Self {
        let (certificate_pem, certificate) = (certificate.pem(), certificate.der().clone());
        Self { parameters, certificate, certificate_pem, key_pem: key.serialize_pem() }
    }

    /// The answer of a server that must have this certificate.
    pub(crate) fn get(&self, port: u16, path: &str) -> RawAnswer {
        let mut stream = self.connect(port, ALL_VERSIONS);
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        RawAnswer::parse(&answer)
    }

    /// Whether the server has this certificate.
    pub(crate) fn is_served(&self, port: u16) -> bool {
        self.connect(port, ALL_VERSIONS).flush().is_ok()
    }

    /// A connection to a server that must have this certificate, with one of these versions of TLS.
    pub(crate) fn connect(
        &self,
        port: u16,
        versions: &[&'static SupportedProtocolVersion],
    ) -> StreamOwned<ClientConnection, TcpStream> {
        let mut trusted = RootCertStore::empty();
        trusted.add(self.certificate.clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_protocol_versions(versions).unwrap().with_root_certificates(trusted);
        let mut config = builder.with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let session = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        StreamOwned::new(session, stream)
    }
}

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

impl TestDir {
    /// Puts a certificate and a key where [`TLS_FILES`] say.
    pub(crate) fn install(&self, certificate_pem: &str, key_pem: &str) {
        self.install_bytes(certificate_pem.as_bytes(), key_pem.as_bytes());
    }

    /// As [`TestDir::install`], with bytes that need not be text.
    pub(crate) fn install_bytes(&self, certificate: &[u8], key: &[u8]) {
        fs::write(self.path().join("tls.crt"), certificate).unwrap();
        fs::write(self.path().join("tls.key"), key).unwrap();
    }
}
