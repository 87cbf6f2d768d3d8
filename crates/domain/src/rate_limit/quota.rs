use std::num::NonZeroU32;
use std::time::Duration;

const MINUTE: Duration = Duration::from_mins(1);
/// The resolution of every counter: PostgreSQL and Redis count in microseconds.
const RESOLUTION: Duration = Duration::from_micros(1);

/// A number of calls at once, then one in each interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    burst: NonZeroU32,
    interval: Duration,
}

impl Quota {
    /// `burst` calls at once, then `calls` a minute.
    pub fn per_minute(burst: NonZeroU32, calls: NonZeroU32) -> Self {
        Self { burst, interval: whole_micros(MINUTE / calls.get()) }
    }

    /// The part of each of several that share the quota and cannot ask each other, at least one call at once.
    #[must_use]
    pub fn divided_among(self, sharers: NonZeroU32) -> Self {
        let burst = NonZeroU32::new(self.burst.get() / sharers.get()).unwrap_or(NonZeroU32::MIN);
        Self { burst, interval: self.interval.saturating_mul(sharers.get()) }
    }

    /// The quota times a factor, at once and in each interval.
    #[must_use]
    pub fn times(self, factor: NonZeroU32) -> Self {
        let interval = whole_micros(self.interval / factor.get());
        Self { burst: self.burst.saturating_mul(factor), interval }
    }

    /// Whether one more call at `now` makes it at most so many calls that are not given back yet, for a key with this
    /// theoretical arrival time. What the quota cannot have caused counts as none.
    pub fn stays_within(self, arrival: Duration, now: Duration, calls: u32) -> bool {
        let used = Some(arrival.saturating_sub(now)).filter(|used| *used <= self.capacity()).unwrap_or_default();
        used + self.interval <= self.interval.saturating_mul(calls)
    }

    /// The time after which one more call is admitted, in whole microseconds.
    pub fn interval(self) -> Duration {
        self.interval
    }

    /// The time after which all of the burst is there again, in whole microseconds.
    pub fn capacity(self) -> Duration {
        self.interval.saturating_mul(self.burst.get())
    }

    /// Charges one call at `now` to a key whose theoretical arrival time is `arrival`, and returns the new one. Both are
    /// times of one clock.
    ///
    /// An arrival time that this quota cannot have caused, since the clock was set back or the quota was another, counts
    /// as none: waiting for it could take for ever.
    ///
    /// # Errors
    /// How long to wait when the quota is used up; nothing is charged then.
    pub fn charge(self, arrival: Duration, now: Duration) -> Result<Duration, Duration> {
        let latest = now + self.capacity();
        let arrival = if arrival > latest { now } else { arrival.max(now) };
        let next = arrival + self.interval;
        match next.saturating_sub(latest) {
            Duration::ZERO => Ok(next),
            wait => Err(wait),
        }
    }
}

fn whole_micros(duration: Duration) -> Duration {
    Duration::from_micros(duration.as_micros().try_into().unwrap_or(u64::MAX)).max(RESOLUTION)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quota(burst: u32, per_minute: u32) -> Quota {
        let [burst, per_minute] = [burst, per_minute].map(|number| NonZeroU32::new(number).unwrap());
        Quota::per_minute(burst, per_minute)
    }

    const START: Duration = Duration::from_hours(1);

    /// The arrival time after `calls` calls at once.
    fn after(quota: Quota, calls: u32) -> Duration {
        (0..calls).fold(Duration::ZERO, |arrival, _| quota.charge(arrival, START).unwrap())
    }

    #[test]
    fn the_burst_is_admitted_at_once_and_then_one_call_in_each_interval() {
        let quota = quota(3, 10);
        let mut arrival = after(quota, 3);
        for interval in 1..=5 {
            let shortly_before = START + Duration::from_micros(6_000_000 * interval - 1);
            assert_eq!(quota.charge(arrival, shortly_before), Err(Duration::from_micros(1)));
            arrival = quota.charge(arrival, START + Duration::from_secs(6 * interval)).unwrap();
        }
    }

    #[test]
    fn a_rest_gives_back_the_burst_and_no_more() {
        let quota = quota(3, 10);
        let used_up = after(quota, 3);
        let rested = START + quota.capacity() * 100;
        let arrival = (0..3).fold(used_up, |arrival, _| quota.charge(arrival, rested).unwrap());
        assert_eq!(quota.charge(arrival, rested), Err(Duration::from_secs(6)));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out() {
        let quota = quota(3, 10);
        let used_up = after(quota, 3);
        assert!(quota.charge(used_up, START / 2).is_ok());
    }

    #[test]
    fn each_of_several_gets_its_part_and_at_least_one_call() {
        let three = NonZeroU32::new(3).unwrap();
        let part = quota(10, 5).divided_among(three);
        assert_eq!((part.burst.get(), part.interval()), (3, Duration::from_secs(36)));
        let part = quota(2, 60).divided_among(three);
        assert_eq!((part.burst.get(), part.interval(), part.capacity()), (1, START / 1200, START / 1200));
    }

    #[test]
    fn a_multiple_has_so_many_times_the_calls() {
        let multiple = quota(20, 10).times(NonZeroU32::new(16).unwrap());
        assert_eq!((multiple.burst.get(), multiple.interval()), (320, Duration::from_millis(375)));
        assert_eq!(quota(1, u32::MAX).times(NonZeroU32::MAX).interval(), RESOLUTION);
    }

    #[test]
    fn what_has_been_charged_is_given_back_with_time() {
        let quota = quota(10, 10);
        let arrival = after(quota, 3);
        assert!(quota.stays_within(arrival, START, 4) && !quota.stays_within(arrival, START, 3));
        assert!(!quota.stays_within(arrival, START + RESOLUTION, 3));
        assert!(quota.stays_within(arrival, START + quota.interval(), 3));
        assert!(quota.stays_within(arrival, START / 2, 1), "the clock was set back");
        assert!(!quota.stays_within(Duration::ZERO, START, 0));
    }

    #[test]
    fn an_interval_is_never_shorter_than_the_counters_can_tell() {
        assert_eq!(quota(1, u32::MAX).interval(), Duration::from_micros(1));
    }

    proptest! {
        /// However the calls come, no more of them are admitted than the burst and the intervals that passed.
        #[test]
        fn no_more_is_admitted_than_the_burst_and_the_rate(
            burst in 1..20_u32, per_minute in 1..10_000_u32, pauses in prop::collection::vec(0..2_000_000_u64, 1..200)
        ) {
            let quota = quota(burst, per_minute);
            let (mut now, mut arrival, mut admitted) = (START, Duration::ZERO, 0);
            for pause in pauses {
                now += Duration::from_micros(pause);
                if let Ok(next) = quota.charge(arrival, now) {
                    (arrival, admitted) = (next, admitted + 1);
                }
            }
            let intervals = now.saturating_sub(START).as_micros() / quota.interval().as_micros();
            prop_assert!(admitted <= u128::from(burst) + intervals, "{admitted} of {intervals} intervals");
        }
    }
}
