use std::path::Path;

use chrono::SecondsFormat;
use ore_domain::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{ASN1Time, FromDer, X509Certificate};

/// The facts about the certificates of a chain, the server's own first.
#[derive(Debug)]
pub(super) struct Chain(Vec<Link>);

#[derive(Debug)]
struct Link {
    begin: Timestamp,
    end: Timestamp,
    /// Both in DER, as they are compared (RFC 5280, 6.1.3).
    subject: Vec<u8>,
    issuer: Vec<u8>,
}

impl Chain {
    /// None when a certificate cannot be read, or there is none.
    pub(super) fn read(certificates: &[CertificateDer<'_>]) -> Option<Self> {
        let links: Option<Vec<_>> = certificates.iter().map(Link::read).collect();
        links.filter(|links| !links.is_empty()).map(Self)
    }

    /// Why clients refuse the server's own certificate at this time, or nothing while they take it.
    pub(super) fn fault(&self, file: &Path, now: Timestamp) -> Option<String> {
        self.0.first()?.fault(1, file, now)
    }

    /// All that clients may mind at this time.
    pub(super) fn findings(&self, file: &Path, now: Timestamp) -> Vec<String> {
        let faults = self.0.iter().zip(1..).filter_map(|(link, number)| link.fault(number, file, now));
        let gaps = self.0.windows(2).zip(2..).filter(|(pair, _)| pair[0].issuer != pair[1].subject);
        let gaps = gaps.map(|(_, number)| {
            format!(
                "{} {} is not that of the issuer of the one before it; put the server's own first, then each issuer",
                nth(number),
                file.display()
            )
        });
        faults.chain(gaps).collect()
    }

    /// When the first of them ends.
    pub(super) fn end(&self) -> Option<Timestamp> {
        self.0.iter().map(|link| link.end).min()
    }
}

impl Link {
    fn read(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        let validity = certificate.validity();
        Some(Self {
            begin: timestamp(validity.not_before),
            end: timestamp(validity.not_after),
            subject: certificate.subject().as_raw().to_vec(),
            issuer: certificate.issuer().as_raw().to_vec(),
        })
    }

    /// Both ends belong to the time in which a certificate is valid (RFC 5280, 4.1.2.5).
    fn fault(&self, number: usize, file: &Path, now: Timestamp) -> Option<String> {
        let (which, file) = (nth(number), file.display());
        if now > self.end {
            let end = text(self.end);
            Some(format!("{which} {file} expired on {end}, and clients refuse it; put a renewed one in its place"))
        } else if now < self.begin {
            let (begin, now) = (text(self.begin), text(now));
            Some(format!(
                "{which} {file} is not valid before {begin}, and clients refuse it; the clock of this machine says {now}"
            ))
        } else {
            None
        }
    }
}

fn nth(number: usize) -> String {
    if number == 1 { "the certificate in".to_owned() } else { format!("certificate {number} in") }
}

fn text(timestamp: Timestamp) -> String {
    timestamp.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// X.509 knows the years 0 to 9999, all of which fit.
fn timestamp(time: ASN1Time) -> Timestamp {
    Timestamp::from_timestamp(time.timestamp(), 0).unwrap_or(Timestamp::MAX_UTC)
}
