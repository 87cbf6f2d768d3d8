use std::io;

use thiserror::Error;

use crate::{FeedError, KeySetError};

/// Why the refresh did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address that is none.
    #[error("the issuer's address is not a URL")]
    Address(#[from] url::ParseError),
    /// An address with neither https nor a loopback host: anybody on the way could put keys in place of the issuer's.
    #[error("{0} has to be an https URL, or http on a loopback address")]
    Insecure(String),
    /// The verifier expects revocations, and there is no API key to read them with.
    #[error("revocations need an API key with the permission tokens.verify")]
    NoApiKey,
    /// The API key holds a character that no header may hold.
    #[error("the API key cannot stand in a header")]
    ApiKey,
    /// There is an API key, and the verifier was built without revocations.
    #[error("the verifier was built without revocations")]
    NoRevocations,
    /// `max_stale` is below a minute: a single answer that comes late would stop the service.
    #[error("max_stale has to be a minute or more")]
    MaxStaleTooShort,
    /// The directory is not there.
    #[error("the directory {0} does not exist")]
    NoDirectory(String),
    /// The operating system trusts nobody.
    #[error("no certificate authority is trusted: install the package ca-certificates, or set SSL_CERT_FILE")]
    NoAuthorities,
    /// The certificates of an authority are no PEM, or none are there.
    #[error("the certificates of the authority cannot be read")]
    Authority,
    /// A refresh of this verifier is running.
    #[error("the verifier is being refreshed already")]
    AlreadyRunning,
    /// The TLS library does not take its configuration.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
    /// The HTTP client does not take its configuration.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
}

/// Why keys or revocations could not be read; for the observer.
#[derive(Debug, Error)]
pub(super) enum FetchError {
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the issuer has answered with the status {0}")]
    Status(u16),
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error(transparent)]
    Feed(#[from] FeedError),
}

/// Why a file could not be read or written; for the observer.
#[derive(Debug, Error)]
pub(super) enum DirectoryError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("the file is malformed")]
    Malformed(#[from] serde_json::Error),
    #[error("the file has more than {0} bytes")]
    TooLong(u64),
    #[error("the file is of another issuer")]
    OtherIssuer,
    #[error("the file is from the future")]
    FromTheFuture,
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error(transparent)]
    Feed(#[from] FeedError),
}
