//! The page of metrics.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Duration;

use actix_web::http::Method;
use ore_api::routes::Groups;
use ore_domain::{AuditAction, AuditOutcome, ChainLink, Timestamp};
use ore_telemetry::metrics::{LogMetrics, Metrics, Observation};
use prometheus::proto::{Bucket, Metric, MetricFamily, MetricType};

use crate::markdown::{code, codes, table};
use crate::page::Parts;
use crate::texts::Texts;

/// The version that the example samples report.
const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(crate) fn parts(texts: &Texts) -> Result<Parts, Box<dyn Error>> {
    let families = families()?;
    let (own, of_process): (Vec<_>, Vec<_>) = families.iter().partition(|family| !is_of_process(family));
    Ok(vec![
        ("own", family_table(texts, &own)?),
        ("labels", label_table(texts, &families)?),
        ("buckets", bucket_table(texts, &families)?),
        ("process", family_table(texts, &of_process)?),
    ])
}

/// As the worker pools are named where they are started.
const WORKER_POOLS: [&str; 4] = ["database-read", "database-write", "hash", "rate-limit"];

/// What calls with credentials are counted as.
const COUNTED_ACTIONS: [AuditAction; 13] = [
    AuditAction::LogIn,
    AuditAction::Register,
    AuditAction::Refresh,
    AuditAction::RefreshReuse,
    AuditAction::LogOut,
    AuditAction::LogOutAll,
    AuditAction::EndSession,
    AuditAction::Reauthenticate,
    AuditAction::ChangePassword,
    AuditAction::ForgotPassword,
    AuditAction::ResetPassword,
    AuditAction::VerifyEmail,
    AuditAction::ChangeEmail,
];

fn is_of_process(family: &MetricFamily) -> bool {
    family.name().starts_with("process_")
}

/// Every family that a process has, after requests of every kind.
fn families() -> Result<Vec<MetricFamily>, prometheus::Error> {
    let metrics = Metrics::new(VERSION)?;
    metrics.add_log(&LogMetrics::new()?)?;
    for pool in WORKER_POOLS {
        metrics.worker_pools.of(pool);
    }
    metrics.tls.set_end(Some(Timestamp::UNIX_EPOCH));
    metrics.audit.set_head(&ChainLink { number: 1, hmac: vec![0; 32] });
    for action in COUNTED_ACTIONS {
        metrics.audit.outcomes.count(action, AuditOutcome::Success, None);
    }
    metrics.audit.outcomes.count(AuditAction::LogIn, AuditOutcome::Failure, Some("wrong_password"));
    metrics.audit.outcomes.count(AuditAction::LogIn, AuditOutcome::Denied, Some("throttled"));
    let series = metrics.http.for_worker();
    let endpoints = Groups { service: true, metrics: true, documentation: false, pages: false }.endpoints();
    let routes = endpoints.iter().map(|endpoint| Some(endpoint.path())).chain([None]);
    for route in routes {
        for method in methods() {
            for hundreds in 1..=5 {
                let status = hundreds * 100;
                let (duration, request_bytes, response_bytes) = (Duration::ZERO, 0, 0);
                let method = method.as_str();
                series.observe(&Observation { route, method, status, duration, request_bytes, response_bytes });
            }
        }
    }
    Ok(metrics.gather())
}

/// The methods of RFC 9110 and RFC 5789, and one that nobody knows.
fn methods() -> impl Iterator<Item = Method> {
    let known = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    known.into_iter().chain(Method::from_bytes(b"UNHEARD-OF"))
}

fn family_table(texts: &Texts, families: &[&MetricFamily]) -> Result<String, String> {
    let head = texts.texts(["column-metric", "column-type", "column-labels", "column-unit", "column-meaning"])?;
    let rows = families.iter().map(|family| {
        let labels: BTreeSet<&str> = labels(family).map(|(name, _)| name).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { codes(labels, &texts.text("list-separator")?) };
        Ok(vec![
            code(family.name()),
            type_of(family).to_owned(),
            labels,
            texts.text(unit_of(family.name()))?,
            texts.translated(family.name(), family.help())?,
        ])
    });
    Ok(table(&head, &rows.collect::<Result<Vec<_>, String>>()?))
}

fn labels(family: &MetricFamily) -> impl Iterator<Item = (&str, &str)> {
    let pairs = family.get_metric().iter().flat_map(Metric::get_label);
    pairs.map(|pair| (pair.name(), pair.value()))
}

/// A term of Prometheus, the same in every language.
fn type_of(family: &MetricFamily) -> &'static str {
    match family.get_field_type() {
        MetricType::COUNTER => "counter",
        MetricType::GAUGE => "gauge",
        MetricType::HISTOGRAM => "histogram",
        MetricType::SUMMARY => "summary",
        MetricType::UNTYPED => "untyped",
    }
}

/// Prometheus puts the unit into the name, before `_total`.
fn unit_of(name: &str) -> &'static str {
    let name = name.strip_suffix("_total").unwrap_or(name);
    if name.ends_with("_seconds") {
        "unit-seconds"
    } else if name.ends_with("_bytes") {
        "unit-bytes"
    } else {
        "unit-none"
    }
}

fn label_table(texts: &Texts, families: &[MetricFamily]) -> Result<String, String> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, value) in families.iter().flat_map(labels) {
        values.entry(name).or_default().insert(value);
    }
    let head = texts.texts(["column-label", "column-meaning", "column-values"])?;
    let rows = values.into_iter().map(|(name, values)| {
        let separator = texts.text("list-separator")?;
        Ok(vec![code(name), texts.text(&format!("label-{name}"))?, codes(values, &separator)])
    });
    Ok(table(&head, &rows.collect::<Result<Vec<_>, String>>()?))
}

fn bucket_table(texts: &Texts, families: &[MetricFamily]) -> Result<String, String> {
    let head = texts.texts(["column-histogram", "column-buckets"])?;
    let histograms = families.iter().filter(|family| family.get_field_type() == MetricType::HISTOGRAM);
    let rows: Vec<_> = histograms.map(|family| vec![code(family.name()), bounds(family)]).collect();
    Ok(table(&head, &rows))
}

/// The upper bounds, without the last, which is infinite in every histogram.
fn bounds(family: &MetricFamily) -> String {
    let buckets = family.get_metric().first().map(|metric| metric.get_histogram().get_bucket()).unwrap_or_default();
    let finite = buckets.iter().map(Bucket::upper_bound).filter(|bound| bound.is_finite());
    finite.map(|bound| bound.to_string()).collect::<Vec<_>>().join(", ")
}
