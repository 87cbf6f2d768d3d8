//! TLS by this process itself.

mod acceptor;
mod certificate;
mod chain;
mod mistake;
mod renewal;

pub(super) use acceptor::acceptor;
pub use certificate::{Certificate, CertificateFault};
pub(super) use renewal::{CurrentCertificate, Renewal};
