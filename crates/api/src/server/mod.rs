//! From listening to the end of the last request.

mod connection;
mod descriptors;
mod door;
mod drain;
#[cfg(test)]
mod hostile_clients;
mod http;
mod inherited;
mod listen;
mod listeners;
mod reload;
mod secured;
mod serve;
mod shared;
mod signals;
mod tls;

pub use inherited::{InheritedFault, InheritedSockets};
pub use reload::reload;
pub use secured::Secured;
pub use serve::{ServeError, serve};
pub use signals::{Signals, outlive_file_size_limit};
pub use tls::{Certificate, CertificateFault};
