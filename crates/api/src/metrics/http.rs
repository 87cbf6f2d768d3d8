use std::time::Duration;

use actix_web::http::{Method, StatusCode};
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

use super::summary::SummaryVec;

/// The route label of requests that no route matched; their paths are the clients' to choose and would never end.
const NO_ROUTE: &str = "none";
const FINE_BUCKETS: [f64; 21] = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 7.5, 10.0, 30.0, 60.0,
];

/// Requests and responses, named and labelled as prometheus-fastapi-instrumentator does.
pub struct HttpMetrics {
    requests: IntCounterVec,
    durations: HistogramVec,
    fine_durations: Histogram,
    request_sizes: SummaryVec,
    response_sizes: SummaryVec,
}

/// One request and its response.
#[derive(Debug)]
pub struct Observation<'a> {
    /// The template of the route.
    pub route: Option<&'a str>,
    /// The method.
    pub method: &'a Method,
    /// The status of the response.
    pub status: StatusCode,
    /// From the head of the request to the head of the response.
    pub duration: Duration,
    /// Bytes of the body of the request, as its head has it.
    pub request_bytes: u64,
    /// Bytes of the body of the response, where they are known.
    pub response_bytes: u64,
}

impl HttpMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let requests = Opts::new("http_requests_total", "Requests by route, method and group of status.");
        let durations = HistogramOpts::new("http_request_duration_seconds", "Duration by route and method.");
        let fine = HistogramOpts::new("http_request_duration_highr_seconds", "Duration of all requests, finely.");
        let metrics = Self {
            requests: IntCounterVec::new(requests, &["handler", "method", "status"])?,
            durations: HistogramVec::new(durations.buckets(vec![0.1, 0.5, 1.0]), &["handler", "method"])?,
            fine_durations: Histogram::with_opts(fine.buckets(FINE_BUCKETS.to_vec()))?,
            request_sizes: SummaryVec::new("http_request_size_bytes", "Size of request bodies by route.", "handler")?,
            response_sizes: SummaryVec::new(
                "http_response_size_bytes",
                "Size of response bodies by route.",
                "handler",
            )?,
        };
        registry.register(Box::new(metrics.requests.clone()))?;
        registry.register(Box::new(metrics.durations.clone()))?;
        registry.register(Box::new(metrics.fine_durations.clone()))?;
        registry.register(Box::new(metrics.request_sizes.clone()))?;
        registry.register(Box::new(metrics.response_sizes.clone()))?;
        Ok(metrics)
    }

    /// Counts one request.
    #[allow(clippy::cast_precision_loss, reason = "sizes of bodies are far below 2^52")]
    pub fn observe(&self, observation: &Observation<'_>) {
        let route = observation.route.unwrap_or(NO_ROUTE);
        let method = method_label(observation.method);
        let seconds = observation.duration.as_secs_f64();
        self.requests.with_label_values(&[route, method, status_group(observation.status)]).inc();
        self.durations.with_label_values(&[route, method]).observe(seconds);
        self.fine_durations.observe(seconds);
        self.request_sizes.observe(route, observation.request_bytes as f64);
        self.response_sizes.observe(route, observation.response_bytes as f64);
    }
}

/// Clients may make methods up; the label has only those of RFC 9110.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("OTHER")
}

fn status_group(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
