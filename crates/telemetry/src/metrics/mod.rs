//! What Prometheus scrapes: the HTTP series as prometheus-fastapi-instrumentator names them, the log-ins, the
//! worker pools, the process.

mod audit;
mod call_observer;
mod connections;
mod deprecated;
mod external;
mod figures;
mod http;
mod log;
mod login;
mod mail;
mod merge;
mod rate_limits;
mod series;
mod sessions;
mod summary;
mod tls;
mod worker_pools;

pub use audit::{AuditMetrics, AuthOutcomes};
pub use call_observer::{CallObserver, Outcome};
pub use connections::ConnectionMetrics;
pub use external::ExternalApiMetrics;
pub use figures::MetricValue;
pub use http::{HttpMetrics, HttpSeries, Observation};
pub use log::LogMetrics;
pub use login::{LoginAttempt, LoginMetrics};
pub use mail::MailMetrics;
pub use rate_limits::RateLimitMetrics;
pub use series::Metrics;
pub use sessions::SessionMetrics;
pub use tls::TlsMetrics;
pub use worker_pools::{HASHING_POOL, WaitHistogram, WorkerPoolMetrics, WorkerPoolSeries};
