use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;

use actix_web::rt;
use ore_external::ExternalOptions;
use ore_services::{ExternalApi, ExternalApiError, ExternalCall};
use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::support::{client, options};

/// A server for `localhost` that gives one answer to each connection; its address and certificate.
fn serve() -> (Url, CertificateDer<'static>) {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let config = builder.with_single_cert(vec![cert.der().clone()], key.into()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = Url::parse(&format!("https://localhost:{}", listener.local_addr().unwrap().port())).unwrap();
    rt::spawn(accept(listener, TlsAcceptor::from(Arc::new(config))));
    (base, cert.der().clone())
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor) {
    listener.set_nonblocking(true).unwrap();
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        // A client that does not trust us leaves.
        let Ok(mut stream) = acceptor.accept(stream).await else { continue };
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n7").await.unwrap();
        stream.shutdown().await.unwrap();
    }
}

fn trusting(certificate: Option<CertificateDer<'static>>, base: &Url) -> ExternalOptions {
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(certificate);
    ExternalOptions { authorities: Some(authorities), ..options(base) }
}

#[actix_web::test]
async fn over_tls_the_answer_of_a_trusted_service_is_taken() {
    let (base, certificate) = serve();
    let (api, _) = client(trusting(Some(certificate), &base));
    assert_eq!(api.call(ExternalCall::get("/a")).await.unwrap(), json!(7));
}

#[actix_web::test]
async fn a_certificate_of_nobody_trusted_or_for_another_name_gets_no_request() {
    let (base, certificate) = serve();
    let mut by_address = base.clone();
    by_address.set_host(Some("127.0.0.1")).unwrap();
    for options in [trusting(None, &base), trusting(Some(certificate), &by_address)] {
        let (api, _) = client(options);
        let error = api.call(ExternalCall::get("/a")).await.unwrap_err();
        assert!(
            matches!(error, ExternalApiError::Unavailable(_)) && error.to_string().contains("certificate"),
            "{error}"
        );
    }
}
