use prometheus::proto::{Metric, MetricFamily, MetricType};

/// The present value of a metric, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricValue {
    /// The name of the series.
    pub name: String,
    /// Its labels, as `name=value`.
    pub labels: String,
    /// A number; of what was measured often, how often, and the mean in seconds.
    pub value: String,
}

/// The series of these families, in the order of the names.
pub(super) fn figures(families: &[MetricFamily], names: &[&str]) -> Vec<MetricValue> {
    let find = |name: &&str| families.iter().find(|family| family.name() == *name);
    names.iter().filter_map(find).flat_map(of_family).collect()
}

fn of_family(family: &MetricFamily) -> impl Iterator<Item = MetricValue> {
    let (name, kind) = (family.name(), family.get_field_type());
    family.get_metric().iter().map(move |metric| MetricValue {
        name: name.to_owned(),
        labels: labels(metric),
        value: value(metric, kind),
    })
}

fn labels(metric: &Metric) -> String {
    let labels = metric.get_label().iter().map(|label| format!("{}={}", label.name(), label.value()));
    labels.collect::<Vec<_>>().join(" ")
}

fn value(metric: &Metric, kind: MetricType) -> String {
    match kind {
        MetricType::COUNTER => metric.get_counter().get_value().to_string(),
        MetricType::HISTOGRAM => {
            let histogram = metric.get_histogram();
            let (count, sum) = (histogram.get_sample_count(), histogram.get_sample_sum());
            #[expect(clippy::cast_precision_loss, reason = "nobody counts so many")]
            let mean = if count == 0 { 0.0 } else { sum / count as f64 };
            format!("{count} × {mean:.4} s")
        }
        _ => metric.get_gauge().get_value().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::metrics::Metrics;

    #[test]
    fn series_are_told_as_people_read_them() {
        let metrics = Metrics::new("1.2.3").unwrap();
        metrics.rate_limits.refuse("address");
        metrics.login.begin().succeed();
        let told = metrics.figures(&["rate_limited_total", "request_duration_seconds", "no_such_series"]);
        let find =
            |labels: &str| told.iter().find(|figure| figure.labels == labels).map(|figure| figure.value.as_str());
        assert_eq!((find("policy=address"), find("policy=total")), (Some("1"), Some("0")));
        let last = told.last().unwrap();
        assert!(last.name == "request_duration_seconds" && last.value.starts_with("1 × 0."), "{last:?}");
        assert!(told.iter().all(|figure| figure.name != "no_such_series"));
    }
}
