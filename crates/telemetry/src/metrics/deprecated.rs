use prometheus::proto::{Metric, MetricFamily};

/// New names and, until version 0.3, old ones: dashboards may still ask for these.
const NAMES: [(&str, &str); 4] = [
    ("worker_pool_queue_depth", "lane_queue_depth"),
    ("worker_pool_busy_threads", "lane_busy_threads"),
    ("worker_pool_wait_seconds", "lane_wait_seconds"),
    ("worker_pool_refusals_total", "lane_refusals_total"),
];
const REASONS: [(&str, &str); 3] =
    [("queue_full", "full"), ("queue_timeout", "not_begun"), ("timeout", "not_finished")];

/// The families that were renamed, under their old names and with their old labels.
pub(super) fn under_old_names(families: &[MetricFamily]) -> Vec<MetricFamily> {
    families.iter().filter_map(under_old_name).collect()
}

fn under_old_name(family: &MetricFamily) -> Option<MetricFamily> {
    let (new, old) = NAMES.into_iter().find(|(new, _)| *new == family.name())?;
    let mut family = family.clone();
    family.set_name(old.to_owned());
    family.set_help(format!("Deprecated: use {new}."));
    for label in family.mut_metric().iter_mut().flat_map(Metric::mut_label) {
        if label.name() == "pool" {
            label.set_name("lane".to_owned());
        }
        if let Some((_, old)) = REASONS.into_iter().find(|(new, _)| *new == label.value()) {
            label.set_value(old.to_owned());
        }
    }
    Some(family)
}
