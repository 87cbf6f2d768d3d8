use std::mem;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ore_domain::{Clock, Timestamp};
use ore_telemetry::metrics::TlsMetrics;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::Signal;
use tokio::time::sleep;

use super::super::signals::received;
use super::certificate::{Content, Pair};
use super::{Certificate, CertificateFault};

/// How often the files are looked at. They are small, and reading them also finds what no time stamp tells, such as a
/// mounted secret that was swapped.
const INTERVAL: Duration = Duration::from_secs(2);

/// The certificate of new connections.
#[derive(Debug)]
pub(crate) struct CurrentCertificate(RwLock<Arc<CertifiedKey>>);

impl CurrentCertificate {
    pub(crate) fn new(certificate: &Certificate) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::clone(&certificate.pair.key))))
    }
}

impl ResolvesServerCert for CurrentCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Keeps what is served as new as the files, unless that would be worse.
pub(crate) struct Renewal {
    served: Certificate,
    current: Arc<CurrentCertificate>,
    clock: Arc<dyn Clock>,
    metrics: TlsMetrics,
    /// The faults of the certificate in use that were logged already.
    findings: Vec<String>,
    /// The files that were refused, with the reason.
    refused: Option<(Result<Content, CertificateFault>, String)>,
}

impl Renewal {
    pub(crate) fn new(
        served: Certificate,
        current: Arc<CurrentCertificate>,
        clock: Arc<dyn Clock>,
        metrics: TlsMetrics,
    ) -> Self {
        Self { served, current, clock, metrics, findings: Vec::new(), refused: None }
    }

    /// Reads the files again and again, and at once when the signal comes.
    pub(crate) async fn run(mut self, mut hang_ups: Option<Signal>) {
        loop {
            self.report();
            tokio::select! {
                () = sleep(INTERVAL) => {}
                () = received(&mut hang_ups) => {
                    tracing::info!("SIGHUP: reading the TLS files again");
                    self.refused = None;
                }
            }
            self.reload();
        }
    }

    /// Updates the metric, and logs what has changed about the served certificate, also by the mere passing of time.
    fn report(&mut self) {
        self.metrics.set_end(self.served.pair.chain.end());
        let findings = self.served.findings(self.clock.now());
        for finding in findings.iter().filter(|finding| !self.findings.contains(finding)) {
            tracing::error!("{finding}");
        }
        self.findings = findings;
    }

    fn reload(&mut self) {
        let seen = Content::read(&self.served.files);
        if seen.as_ref() == Ok(&self.served.content) {
            self.refused = None;
            return;
        }
        match self.check(&seen) {
            Ok(pair) => {
                *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&pair.key);
                self.served.pair = pair;
                if let Ok(content) = seen {
                    self.served.content = content;
                }
                self.refused = None;
                tracing::info!("The TLS certificate was renewed");
            }
            Err(reason) => {
                let refused = Some((seen, reason));
                let before = mem::replace(&mut self.refused, refused);
                if let Some((_, reason)) = self.refused.as_ref().filter(|_| before != self.refused) {
                    tracing::error!("The TLS certificate stays as it was: {reason}");
                }
            }
        }
    }

    /// The pair to use from now on, or the reason why the old one stays.
    fn check(&self, seen: &Result<Content, CertificateFault>) -> Result<Pair, String> {
        let files = &self.served.files;
        let pair = match seen {
            Ok(content) => content.parse(files).map_err(|fault| fault.to_string())?,
            Err(fault) => return Err(fault.to_string()),
        };
        let now: Timestamp = self.clock.now();
        match pair.chain.fault(&files.certificate, now) {
            Some(fault) if self.served.pair.chain.fault(&files.certificate, now).is_none() => {
                Err(format!("BACKEND_TLS_CERT_FILE: {fault}"))
            }
            _ => Ok(pair),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use chrono::TimeDelta;
    use ore_settings::TlsFiles;
    use ore_telemetry::metrics::Metrics;
    use ore_testkit::FixedClock;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};
    use tempfile::TempDir;

    use super::*;

    /// A renewal in a directory of its own, at the beginning of a year.
    struct Fixture {
        directory: TempDir,
        clock: Arc<FixedClock>,
        renewal: Renewal,
    }

    impl Fixture {
        fn begin(year: i32, valid: (i32, i32)) -> Self {
            let directory = TempDir::new().unwrap();
            install(&directory, valid);
            let path = |name| directory.path().join(name);
            let served = Certificate::read(TlsFiles { certificate: path("crt"), key: path("key") }).unwrap();
            let clock = Arc::new(FixedClock::new(format!("{year}-01-01T00:00:00Z").parse().unwrap()));
            let metrics = Metrics::new("1").unwrap().tls;
            let current = CurrentCertificate::new(&served);
            let renewal = Renewal::new(served, current, clock.clone(), metrics);
            Self { directory, clock, renewal }
        }

        /// Puts another certificate in place and has it looked at; whether it is served now.
        fn accepts(&mut self, valid: (i32, i32)) -> bool {
            install(&self.directory, valid);
            self.reloads()
        }

        fn reloads(&mut self) -> bool {
            let before = Arc::clone(&self.renewal.current.0.read().unwrap());
            self.renewal.reload();
            !Arc::ptr_eq(&before, &self.renewal.current.0.read().unwrap())
        }
    }

    fn install(directory: &TempDir, (begin, end): (i32, i32)) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::default();
        (parameters.not_before, parameters.not_after) = (date_time_ymd(begin, 1, 1), date_time_ymd(end, 1, 1));
        fs::write(directory.path().join("crt"), parameters.self_signed(&key).unwrap().pem()).unwrap();
        fs::write(directory.path().join("key"), key.serialize_pem()).unwrap();
    }

    #[test]
    fn a_valid_certificate_is_replaced_by_a_valid_one_alone() {
        let mut fixture = Fixture::begin(2030, (2029, 2031));
        assert!(!fixture.accepts((2028, 2029)));
        assert!(!fixture.accepts((2031, 2032)));
        assert!(fixture.accepts((2029, 2032)));
        // Shorter than the one before, which may have been revoked.
        assert!(fixture.accepts((2029, 2031)));
    }

    #[test]
    fn what_is_refused_before_its_time_is_served_once_that_comes() {
        let mut fixture = Fixture::begin(2030, (2029, 2032));
        assert!(!fixture.accepts((2031, 2033)));
        assert!(!fixture.reloads());
        fixture.clock.advance(TimeDelta::days(366));
        assert!(fixture.reloads());
    }

    #[test]
    fn anything_usable_replaces_a_certificate_that_has_expired() {
        let mut fixture = Fixture::begin(2030, (2028, 2029));
        assert!(fixture.accepts((2027, 2028)));
        assert!(fixture.accepts((2029, 2031)));
    }
}
