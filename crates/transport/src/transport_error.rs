use std::io;
use std::net::SocketAddr;

/// Why the process does not serve.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {fault}; {advice}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// The error of the operating system.
        fault: io::Error,
        /// The advice.
        advice: &'static str,
    },
    /// The TLS library does not take its configuration.
    #[error("TLS cannot be served: {0}")]
    Tls(#[from] rustls::Error),
    /// The operating system failed while serving.
    #[error("the server failed: {0}")]
    Server(#[from] io::Error),
    /// The files whose change starts the service anew cannot be watched.
    #[error("cannot watch for changes: {0}")]
    Watch(#[from] notify_debouncer_mini::notify::Error),
}
