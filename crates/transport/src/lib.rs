//! Listening, TLS, deadlines of connections, draining, and reloading. It knows no route.

mod announced_body;
mod connection;
mod descriptors;
mod drain;
#[cfg(test)]
mod hostile_clients;
mod http;
mod inherited;
mod is_tls;
mod listen;
mod listener_gate;
mod listeners;
mod port;
mod reload;
mod serving;
mod shared;
mod signals;
mod tls;
mod transport_error;

pub use announced_body::{MAX_BODY_BYTES, announced_bytes};
pub use drain::ShutdownOutcome;
pub use inherited::{InheritedFault, InheritedSockets};
pub use is_tls::IsTls;
pub use listeners::{Listener, Listeners};
pub use port::Port;
pub use reload::reload;
pub use serving::{Serving, accept_tls};
pub use signals::{Signals, outlive_file_size_limit};
pub use tls::{Certificate, CertificateFault};
pub use transport_error::TransportError;
