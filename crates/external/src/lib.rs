//! The HTTP client behind [`ExternalApi`](ore_services::ExternalApi): calls another service within a deadline, sends
//! again only what may be sent twice, and stops asking a service that is away.

mod client;
mod exchange;
mod fault;
mod options;
mod retry;
mod tls;

pub use client::{HttpExternalApi, StartError, TraceHeaders};
pub use options::ExternalOptions;
pub use tls::TlsError;
