//! Adds up what was counted in several places as if it had been one.

use prometheus::proto::{Bucket, Counter, Histogram, Metric, MetricFamily, Summary};

/// One of each family, from places that all have the same families.
pub(super) fn merge(places: impl IntoIterator<Item = Vec<MetricFamily>>) -> Vec<MetricFamily> {
    let mut places = places.into_iter();
    let mut sums = places.next().unwrap_or_default();
    for place in places {
        for (sum, mut family) in sums.iter_mut().zip(place) {
            for metric in family.take_metric() {
                add(sum, metric);
            }
        }
    }
    sums
}

fn add(family: &mut MetricFamily, metric: Metric) {
    match family.mut_metric().iter_mut().find(|sum| sum.get_label() == metric.get_label()) {
        None => family.mut_metric().push(metric),
        // Of the three kinds those that the family is not of are empty.
        Some(sum) => {
            sum.set_counter(counter(sum.get_counter(), metric.get_counter()));
            sum.set_summary(summary(sum.get_summary(), metric.get_summary()));
            sum.set_histogram(histogram(sum.get_histogram(), metric.get_histogram()));
        }
    }
}

fn counter(one: &Counter, other: &Counter) -> Counter {
    let mut sum = Counter::default();
    sum.set_value(one.get_value() + other.get_value());
    sum
}

fn summary(one: &Summary, other: &Summary) -> Summary {
    let mut sum = Summary::default();
    sum.set_sample_count(one.sample_count() + other.sample_count());
    sum.set_sample_sum(one.sample_sum() + other.sample_sum());
    sum
}

fn histogram(one: &Histogram, other: &Histogram) -> Histogram {
    let buckets = one.get_bucket().iter().zip(other.get_bucket()).map(|(one, other)| {
        let mut sum = Bucket::default();
        sum.set_upper_bound(one.upper_bound());
        sum.set_cumulative_count(one.cumulative_count() + other.cumulative_count());
        sum
    });
    let mut sum = Histogram::default();
    sum.set_bucket(buckets.collect());
    sum.set_sample_count(one.get_sample_count() + other.get_sample_count());
    sum.set_sample_sum(one.get_sample_sum() + other.get_sample_sum());
    sum
}
