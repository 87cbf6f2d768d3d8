use std::net::SocketAddr;
use std::sync::Arc;

use ore_testkit_issuer::TestIssuer;
use ore_verifier::refresh::{RefreshOptions, StartError};
use ore_verifier::{Reason, Source};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use crate::fixture::{Observed, WatchingObserver, builder};

/// A certificate for `localhost`, which is its own authority, in PEM, and what a server does with it.
fn identity() -> (String, ServerConfig) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    (certificate.pem(), config.with_single_cert(vec![certificate.der().clone()], private).unwrap())
}

/// Ends TLS before a server that speaks plain HTTP; returns the URL.
async fn serve_tls(config: ServerConfig, plain: SocketAddr) -> (String, AbortHandle) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let task = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust the certificate ends the handshake.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let _ = copy_bidirectional(&mut stream, &mut TcpStream::connect(plain).await.unwrap()).await;
            });
        }
    });
    (url, task.abort_handle())
}

#[tokio::test]
async fn over_https_a_private_authority_is_trusted_when_it_is_named_and_no_other() {
    let issuer = TestIssuer::new();
    let server = issuer.serve().await;
    let (authority, config) = identity();
    let plain = server.url().strip_prefix("http://").unwrap().parse().unwrap();
    let (url, _tls) = serve_tls(config, plain).await;

    let observing = WatchingObserver::default();
    let mut observed = observing.observed();
    let verifier = builder(&issuer).observer(observing).build().unwrap();
    let _refresh = verifier.start_refresh(RefreshOptions::new(&url).certificate_authority(authority)).unwrap();
    let is_settled = |observed: &Observed| !observed.refreshed.is_empty() || !observed.failed.is_empty();
    assert_eq!(observed.wait_for(is_settled).await.unwrap().failed, []);
    assert!(verifier.check(&issuer.user(7).token(), issuer.now()).is_ok());
    let asked = server.requests().keys;

    let observing = WatchingObserver::default();
    let mut observed = observing.observed();
    let verifier = builder(&issuer).observer(observing).build().unwrap();
    let (stranger, _) = identity();
    let _refresh = verifier.start_refresh(RefreshOptions::new(&url).certificate_authority(stranger)).unwrap();
    observed.wait_for(|observed| observed.failed.iter().any(|(source, _)| *source == Source::Keys)).await.unwrap();
    assert_eq!(verifier.check(&issuer.user(7).token(), issuer.now()).err(), Some(Reason::KeysUnavailable));
    assert_eq!(server.requests().keys, asked);
}

#[tokio::test]
async fn what_is_no_certificate_is_told_at_once() {
    let issuer = TestIssuer::new();
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let options = RefreshOptions::new("https://localhost:1").certificate_authority(pem);
        let refused = builder(&issuer).build().unwrap().start_refresh(options).err();
        assert!(matches!(refused, Some(StartError::Authority)), "{pem}: {refused:?}");
    }
}
