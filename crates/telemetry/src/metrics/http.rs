use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Duration;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry};

use super::merge::merge;
use super::summary::SummaryVec;

/// The route label of requests that no route matched; their paths are the clients' to choose and would never end.
const NO_ROUTE: &str = "none";
const FINE_BUCKETS: [f64; 21] = [
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 7.5, 10.0, 30.0, 60.0,
];

/// Requests and responses, named and labelled as prometheus-fastapi-instrumentator does.
///
/// Counted in as many places as there are cores, since two workers that count in one place wait for each other's core
/// at every request.
#[derive(Clone)]
pub struct HttpMetrics(Arc<SeriesSlots>);

struct SeriesSlots {
    series: Vec<HttpSeries>,
    given: AtomicUsize,
}

/// One of the places.
#[derive(Clone)]
pub struct HttpSeries {
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
    pub method: &'a str,
    /// The status of the response.
    pub status: u16,
    /// From the head of the request to the head of the response.
    pub duration: Duration,
    /// Bytes of the body of the request, as its head has it.
    pub request_bytes: u64,
    /// Bytes of the body of the response, where they are known.
    pub response_bytes: u64,
}

impl HttpMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        Self::register_places(registry, available_parallelism().map_or(1, NonZeroUsize::get))
    }

    fn register_places(registry: &Registry, places: usize) -> Result<Self, prometheus::Error> {
        let series = (0..places).map(|_| HttpSeries::new()).collect::<Result<_, _>>()?;
        let metrics = Self(Arc::new(SeriesSlots { series, given: AtomicUsize::new(0) }));
        registry.register(Box::new(metrics.clone()))?;
        Ok(metrics)
    }

    /// The counters for a worker: its own, as long as there are any left.
    pub fn for_worker(&self) -> HttpSeries {
        let given = self.0.given.fetch_add(1, Ordering::Relaxed);
        self.0.series[given % self.0.series.len()].clone()
    }
}

impl Collector for HttpMetrics {
    fn desc(&self) -> Vec<&Desc> {
        self.0.series.first().map_or_else(Vec::new, Collector::desc)
    }

    fn collect(&self) -> Vec<MetricFamily> {
        merge(self.0.series.iter().map(Collector::collect))
    }
}

impl HttpSeries {
    fn new() -> Result<Self, prometheus::Error> {
        let requests = Opts::new("http_requests_total", "Requests by route, method and group of status.");
        let durations = HistogramOpts::new("http_request_duration_seconds", "Duration by route and method.");
        let fine = HistogramOpts::new("http_request_duration_highr_seconds", "Duration of all requests, finely.");
        let (requested, answered) = ("Size of request bodies by route.", "Size of response bodies by route.");
        Ok(Self {
            requests: IntCounterVec::new(requests, &["handler", "method", "status"])?,
            durations: HistogramVec::new(durations.buckets(vec![0.1, 0.5, 1.0]), &["handler", "method"])?,
            fine_durations: Histogram::with_opts(fine.buckets(FINE_BUCKETS.to_vec()))?,
            request_sizes: SummaryVec::new("http_request_size_bytes", requested, "handler")?,
            response_sizes: SummaryVec::new("http_response_size_bytes", answered, "handler")?,
        })
    }

    fn collectors(&self) -> [&dyn Collector; 5] {
        [&self.requests, &self.durations, &self.fine_durations, &self.request_sizes, &self.response_sizes]
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

impl Collector for HttpSeries {
    fn desc(&self) -> Vec<&Desc> {
        self.collectors().into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.collectors().into_iter().flat_map(Collector::collect).collect()
    }
}

/// Clients may make methods up; the label has only those of RFC 9110.
fn method_label(method: &str) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

fn status_group(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn what_workers_count_in_their_places_is_added_up() {
        let registry = Registry::new();
        let places = 3;
        let metrics = HttpMetrics::register_places(&registry, places).unwrap();
        let observation = Observation {
            route: Some("/a"),
            method: "GET",
            status: 200,
            duration: Duration::from_millis(200),
            request_bytes: 1,
            response_bytes: 2,
        };
        // One worker more than there are places.
        for _ in 0..=places {
            metrics.for_worker().observe(&observation);
        }
        metrics.for_worker().observe(&Observation { route: Some("/b"), ..observation });
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        for (series, value) in [
            (r#"http_requests_total{handler="/a",method="GET",status="2xx"}"#, places + 1),
            (r#"http_requests_total{handler="/b",method="GET",status="2xx"}"#, 1),
            (r#"http_request_duration_seconds_bucket{handler="/a",method="GET",le="0.1"}"#, 0),
            (r#"http_request_duration_seconds_bucket{handler="/a",method="GET",le="0.5"}"#, places + 1),
            ("http_request_duration_highr_seconds_count", places + 2),
            (r#"http_request_size_bytes_count{handler="/a"}"#, places + 1),
            (r#"http_response_size_bytes_sum{handler="/a"}"#, 2 * (places + 1)),
        ] {
            assert!(text.lines().any(|line| line == format!("{series} {value}")), "{series} {value}: {text}");
        }
    }
}
