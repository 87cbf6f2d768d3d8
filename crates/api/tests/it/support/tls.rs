use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use super::Workplace;

/// The settings that name the files which [`Workplace::install`] writes.
pub(crate) const TLS_FILES: [(&str, &str); 2] =
    [("BACKEND_TLS_CERT_FILE", "tls.crt"), ("BACKEND_TLS_KEY_FILE", "tls.key")];

/// A certificate for `localhost` that signs itself, and its key.
pub(crate) struct Identity {
    certificate: CertificateDer<'static>,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
}

impl Identity {
    pub(crate) fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Self {
            certificate: made.cert.der().clone(),
            certificate_pem: made.cert.pem(),
            key_pem: made.signing_key.serialize_pem(),
        }
    }

    /// A connection to a server that must have this certificate, by one of the versions.
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

impl Workplace {
    /// Puts a certificate and a key where [`TLS_FILES`] say.
    pub(crate) fn install(&self, certificate_pem: &str, key_pem: &str) {
        self.file("tls.crt", certificate_pem);
        self.file("tls.key", key_pem);
    }
}
