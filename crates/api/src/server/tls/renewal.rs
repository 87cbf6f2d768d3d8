use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::time::sleep;

use super::Certificate;
use super::certificate::Content;

/// How often the files are looked at. They are small, and reading them also finds what no time stamp tells, such as a
/// mounted secret that was swapped.
const INTERVAL: Duration = Duration::from_secs(2);

/// The certificate of new connections.
#[derive(Debug)]
pub(in crate::server) struct Renewed(RwLock<Arc<CertifiedKey>>);

impl Renewed {
    pub(in crate::server) fn new(certificate: &Certificate) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::clone(&certificate.key))))
    }
}

impl ResolvesServerCert for Renewed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Reads the files again and again; a pair that is not usable changes nothing but the log.
pub(in crate::server) async fn renew(certificate: Certificate, renewed: Arc<Renewed>) {
    let Certificate { files, content, .. } = certificate;
    let mut seen = Ok(content);
    loop {
        sleep(INTERVAL).await;
        let now = Content::read(&files);
        if now == seen {
            continue;
        }
        match now.as_ref().map_err(Clone::clone).and_then(|content| content.parse(&files)) {
            Ok(key) => {
                *renewed.0.write().unwrap_or_else(PoisonError::into_inner) = key;
                tracing::info!("The TLS certificate was renewed");
            }
            Err(fault) => tracing::error!("The TLS certificate stays as it was: {fault}"),
        }
        seen = now;
    }
}
