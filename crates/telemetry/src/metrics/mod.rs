//! What Prometheus scrapes: the HTTP series as prometheus-fastapi-instrumentator names them, the log-ins, the
//! lanes, the process.

mod call_observer;
mod connections;
mod external;
mod http;
mod lanes;
mod log;
mod login;
mod merge;
mod rate_limits;
mod series;
mod summary;
mod tls;

pub use call_observer::{CallObserver, Outcome};
pub use connections::ConnectionMetrics;
pub use external::ExternalApiMetrics;
pub use http::{HttpMetrics, HttpSeries, Observation};
pub use lanes::{HASH_LANE, LaneMetrics, LaneSeries, Waits};
pub use log::LogMetrics;
pub use login::{LoginAttempt, LoginMetrics};
pub use rate_limits::RateLimitMetrics;
pub use series::Metrics;
pub use tls::TlsMetrics;
