use prometheus::core::{Collector, Desc};
use prometheus::proto::{MetricFamily, MetricType, Summary};
use prometheus::{HistogramOpts, HistogramVec};

/// A summary without quantiles: a sum and a count, which is all that the Python client exports.
///
/// The library has no summaries; a histogram counts and sums alike, and is shown as one.
#[derive(Clone)]
pub(super) struct SummaryVec(HistogramVec);

impl SummaryVec {
    pub(super) fn new(name: &str, help: &str, label: &str) -> Result<Self, prometheus::Error> {
        Ok(Self(HistogramVec::new(HistogramOpts::new(name, help).buckets(vec![f64::INFINITY]), &[label])?))
    }

    pub(super) fn observe(&self, label: &str, value: f64) {
        self.0.with_label_values(&[label]).observe(value);
    }
}

impl Collector for SummaryVec {
    fn desc(&self) -> Vec<&Desc> {
        self.0.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let mut families = self.0.collect();
        for family in &mut families {
            family.set_field_type(MetricType::SUMMARY);
            for metric in family.mut_metric().iter_mut() {
                let mut summary = Summary::default();
                summary.set_sample_count(metric.get_histogram().get_sample_count());
                summary.set_sample_sum(metric.get_histogram().get_sample_sum());
                metric.set_summary(summary);
            }
        }
        families
    }
}

#[cfg(test)]
mod tests {
    use prometheus::{Registry, TextEncoder};

    use super::*;

    #[test]
    fn a_sum_and_a_count_are_shown_for_each_label() {
        let summary = SummaryVec::new("size_bytes", "Sizes.", "handler").unwrap();
        let registry = Registry::new();
        registry.register(Box::new(summary.clone())).unwrap();
        summary.observe("/a", 2.0);
        summary.observe("/a", 3.0);
        let text = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        let expected = "# HELP size_bytes Sizes.\n# TYPE size_bytes summary\n\
                        size_bytes_sum{handler=\"/a\"} 5\nsize_bytes_count{handler=\"/a\"} 2\n";
        assert_eq!(text, expected);
    }
}
