use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A measurement moves the estimate by an eighth of the difference.
const WEIGHT: u64 = 8;
/// A measurement counts for at most four times the estimate, and for at least a quarter of it.
const OUTLIER: u64 = 4;
/// The least estimate, in nanoseconds. An estimate of zero could never grow again.
const LEAST: u64 = 1_000;

/// The rule by which work is refused at once, because it would start too late.
#[derive(Debug, Clone)]
pub struct Admission {
    /// The longest predicted wait for which work is admitted.
    pub longest_wait: Duration,
    /// The average time of the work, as its caller measures it.
    pub work_time: Arc<TimeEstimate>,
}

/// The present time of a piece of work: a moving average. An outlier hardly moves it; a lasting change moves it by a
/// third (up) or a tenth (down) with each measurement.
#[derive(Debug)]
pub struct TimeEstimate(AtomicU64);

impl TimeEstimate {
    /// An estimate for work that was never measured. Too long is safer than too short.
    pub fn new(start: Duration) -> Self {
        Self(AtomicU64::new(in_nanoseconds(start)))
    }

    /// The estimate.
    pub fn get(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    /// Adds a measurement.
    pub fn measured(&self, time: Duration) {
        let time = in_nanoseconds(time);
        // Of two measurements at once one may be lost, which does no harm.
        let old = self.0.load(Ordering::Relaxed);
        let counted = time.clamp(old / OUTLIER, old.saturating_mul(OUTLIER));
        let new = old - old / WEIGHT + counted / WEIGHT;
        self.0.store(new.max(LEAST), Ordering::Relaxed);
    }
}

fn in_nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).max(LEAST)
}

/// The start of the next piece of work, behind `waiting` others that take `work_time` each.
///
/// `elapsed` has an entry for each thread: the time since its work started, or `None` if it is free. If even the thread
/// that started last takes longer than `work_time`, all work is assumed to need as long. So a machine that is stuck is
/// noticed although no work ends that could be measured. Overdue work is expected to take as long again as it is
/// overdue, but no longer than other work.
pub(super) fn predict_wait(
    elapsed: impl Iterator<Item = Option<Duration>> + Clone,
    waiting: usize,
    work_time: Duration,
) -> Duration {
    let least_elapsed = elapsed.clone().min().flatten().unwrap_or_default();
    let work_time = work_time.max(least_elapsed);
    let until_free = |elapsed: Duration| work_time.abs_diff(elapsed).min(work_time);
    let mut threads: Vec<Duration> = elapsed.map(|elapsed| elapsed.map_or(Duration::ZERO, until_free)).collect();
    // No thread needs longer than `work_time`, so waiting work goes round the threads in the order in which they become
    // free.
    let (rounds, thread) = (waiting / threads.len().max(1), waiting % threads.len().max(1));
    threads.sort_unstable();
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    threads.get(thread).map_or(Duration::MAX, |free| free.saturating_add(work_time.saturating_mul(rounds)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    fn after(estimate: u64, measurements: impl IntoIterator<Item = u64>) -> Duration {
        let estimate = TimeEstimate::new(ms(estimate));
        measurements.into_iter().for_each(|time| estimate.measured(ms(time)));
        estimate.get()
    }

    #[test]
    fn what_takes_as_long_as_ever_changes_nothing() {
        assert_eq!(after(80, [80; 100]), ms(80));
    }

    #[rstest]
    #[case::slower(80, 400)]
    #[case::quicker(400, 80)]
    #[case::from_a_start_value_that_was_far_too_long(10_000, 60)]
    #[case::from_a_start_value_that_was_far_too_short(1, 3_000)]
    fn a_lasting_change_is_followed_to_within_a_tenth(#[case] from: u64, #[case] to: u64) {
        let estimate = after(from, [to; 70]);
        assert!(estimate.abs_diff(ms(to)) <= ms(to) / 10, "{estimate:?}");
    }

    #[test]
    fn a_change_for_the_worse_is_followed_soon() {
        assert!(after(80, [400; 8]) >= ms(240));
    }

    #[rstest]
    #[case::suspended(3_600_000)]
    #[case::twice(160)]
    #[case::nothing(0)]
    fn one_outlier_moves_the_estimate_by_no_more_than_three_eighths(#[case] outlier: u64) {
        assert!(after(80, [outlier]).abs_diff(ms(80)) <= ms(30));
    }

    #[test]
    fn an_estimate_can_grow_again_from_next_to_nothing() {
        let estimate = TimeEstimate::new(Duration::ZERO);
        (0..60).for_each(|_| estimate.measured(ms(80)));
        assert!(estimate.get() > ms(70));
    }

    const FREE: Option<u64> = None;

    #[rstest]
    #[case::a_free_thread(&[Some(10), FREE], 0, 0)]
    #[case::a_free_thread_that_is_taken_already(&[Some(10), FREE], 1, 90)]
    #[case::none_free(&[Some(10), Some(70)], 0, 30)]
    #[case::behind_one(&[Some(10), Some(70)], 1, 90)]
    #[case::behind_two(&[Some(10), Some(70)], 2, 130)]
    #[case::behind_many(&[Some(10), Some(70)], 99, 90 + 4900)]
    #[case::one_thread(&[Some(0)], 19, 2000)]
    #[case::all_just_begun(&[Some(0), Some(0)], 0, 100)]
    #[case::a_little_overdue(&[Some(110), Some(0)], 0, 10)]
    #[case::long_overdue_beside_others(&[Some(5000), Some(40)], 0, 60)]
    #[case::long_overdue_is_not_counted_on(&[Some(5000), Some(40)], 1, 100)]
    #[case::the_machine_stood_still(&[Some(3000), Some(3000)], 2, 3000)]
    fn the_wait_is_what_the_threads_need_for_what_comes_before(
        #[case] elapsed: &[Option<u64>],
        #[case] waiting: usize,
        #[case] wait: u64,
    ) {
        assert_eq!(predict_wait(elapsed.iter().map(|elapsed| elapsed.map(ms)), waiting, ms(100)), ms(wait));
    }

    /// Simulates the assignment piece by piece, as the threads do it.
    fn simulate(elapsed: &[Option<Duration>], waiting: usize, work_time: Duration) -> Duration {
        let until_free = |elapsed: Duration| work_time.saturating_sub(elapsed);
        let mut free_at: Vec<_> = elapsed.iter().map(|elapsed| elapsed.map_or(Duration::ZERO, until_free)).collect();
        for _ in 0..waiting {
            *free_at.iter_mut().min().unwrap() += work_time;
        }
        free_at.into_iter().min().unwrap()
    }

    proptest::proptest! {
        #[test]
        fn the_prediction_is_exact_where_all_work_takes_as_long_as_estimated(
            elapsed in proptest::collection::vec(proptest::option::of(0..=100_u64), 1..9),
            waiting in 0..200_usize,
        ) {
            let elapsed: Vec<_> = elapsed.into_iter().map(|elapsed| elapsed.map(ms)).collect();
            let predicted = predict_wait(elapsed.iter().copied(), waiting, ms(100));
            proptest::prop_assert_eq!(predicted, simulate(&elapsed, waiting, ms(100)));
        }
    }
}
