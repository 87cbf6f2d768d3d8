use std::time::Duration;

use crate::{FailureCount, FailureSource, Timestamp};

/// How failures in a row delay further attempts at the password of an account, and when they are refused altogether.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailurePolicy {
    /// Whether [`FailurePolicy::MOST_FAILURES`] in a row refuse what follows until somebody resets them. Only where the
    /// owner can do that: where mail is configured.
    pub can_lock: bool,
}

impl FailurePolicy {
    /// The failure after which there is the first delay.
    pub const FIRST_DELAYED: u32 = 5;
    /// The first delay.
    pub const SHORTEST_DELAY: Duration = Duration::from_secs(1);
    /// However many failures there are.
    pub const LONGEST_DELAY: Duration = Duration::from_mins(15);
    /// So often the first delay is doubled and is not the longest yet.
    pub const DOUBLINGS: u32 = 10;
    /// The most failures in a row (NIST SP 800-63B-4, 3.2.2).
    pub const MOST_FAILURES: u32 = 100;
    /// An attempt that has not ended by then was cut off, and nobody has learnt how it ended.
    pub const LONGEST_ATTEMPT: Duration = Duration::from_mins(2);
    /// The time for which a network or a device of the user is known after a log-in.
    pub const KNOWN_FOR: Duration = Duration::from_hours(180 * 24);
    /// The time for which failures of strangers that delay nobody yet are kept: anybody can cause one for any address.
    pub const FEW_KEPT_FOR: Duration = Duration::from_hours(30 * 24);
    /// So many attempts of a known source may be under way at once. It is more than fail without delay: programs of the
    /// owner log in at once, and what fails of it is counted all the same.
    const KNOWN_AT_ONCE: u32 = 20;
    /// How long to wait for attempts that are under way.
    const SHORT_WAIT: Duration = Duration::from_secs(1);

    /// The delay after this number of failures in a row; `None` for few.
    pub fn delay_after(failures: u32) -> Option<Duration> {
        let doublings = failures.checked_sub(Self::FIRST_DELAYED)?;
        let doubled = (doublings < Self::DOUBLINGS).then(|| Self::SHORTEST_DELAY * 2_u32.pow(doublings));
        Some(doubled.unwrap_or(Self::LONGEST_DELAY))
    }

    /// How many failures lock what they are counted for; `None` where nothing does.
    pub fn locks_after(self) -> Option<u32> {
        self.can_lock.then_some(Self::MOST_FAILURES)
    }

    /// How many attempts may be under way at once after so many failures. Of strangers, if all fail, no more do than may
    /// without a delay; after a delay one at a time.
    pub fn at_once(source: &FailureSource, failures: u32) -> u32 {
        let most = if *source == FailureSource::Strangers { Self::FIRST_DELAYED } else { Self::KNOWN_AT_ONCE };
        if failures < Self::FIRST_DELAYED { most - failures } else { 1 }
    }

    /// The time for which failures are kept after the last one. It is long, because waiting for it resets the count.
    pub fn kept_for(source: &FailureSource, failures: u32) -> Duration {
        let are_few = *source == FailureSource::Strangers && failures < Self::FIRST_DELAYED;
        if are_few { Self::FEW_KEPT_FOR } else { Self::KNOWN_FOR }
    }

    /// Whether another attempt may begin now.
    ///
    /// A delay that is longer than the longest is of a clock that was set back since, and counts as none: it could last
    /// for ever.
    ///
    /// # Errors
    /// How long to wait until it may; as long as the longest delay where somebody has to reset the failures first.
    pub fn admit(self, source: &FailureSource, count: &FailureCount, now: Timestamp) -> Result<(), Duration> {
        if self.locks_after().is_some_and(|most| count.failures >= most) {
            return Err(Self::LONGEST_DELAY);
        }
        let wait = count.blocked_until.signed_duration_since(now).to_std().unwrap_or_default();
        if wait > Duration::ZERO && wait <= Self::LONGEST_DELAY {
            return Err(wait);
        }
        let age = now.signed_duration_since(count.touched_at).abs().to_std().unwrap_or(Duration::MAX);
        let under_way = if age > Self::LONGEST_ATTEMPT { 0 } else { count.under_way };
        if under_way < Self::at_once(source, count.failures) { Ok(()) } else { Err(Self::SHORT_WAIT) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rstest::rstest;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const LOCKING: FailurePolicy = FailurePolicy { can_lock: true };
    const DELAYING: FailurePolicy = FailurePolicy { can_lock: false };

    fn count(failures: u32, under_way: u32) -> FailureCount {
        FailureCount { failures, under_way, blocked_until: DateTime::UNIX_EPOCH, touched_at: now() }
    }

    fn now() -> Timestamp {
        DateTime::UNIX_EPOCH + Duration::from_hours(1)
    }

    fn network() -> FailureSource {
        FailureSource::Network("n".to_owned())
    }

    #[rstest]
    #[case(0, None)]
    #[case(4, None)]
    #[case(5, Some(1))]
    #[case(6, Some(2))]
    #[case(7, Some(4))]
    #[case(8, Some(8))]
    #[case(9, Some(16))]
    #[case(10, Some(32))]
    #[case(11, Some(64))]
    #[case(12, Some(128))]
    #[case(13, Some(256))]
    #[case(14, Some(512))]
    #[case(15, Some(900))]
    #[case(100, Some(900))]
    #[case(u32::MAX, Some(900))]
    fn the_delay_doubles_from_the_fifth_failure_to_a_quarter_of_an_hour(
        #[case] failures: u32,
        #[case] seconds: Option<u64>,
    ) {
        assert_eq!(FailurePolicy::delay_after(failures), seconds.map(Duration::from_secs));
    }

    #[rstest]
    #[case::a_delay(SECOND * 3, Err(SECOND * 3))]
    #[case::the_longest(FailurePolicy::LONGEST_DELAY, Err(FailurePolicy::LONGEST_DELAY))]
    #[case::of_a_clock_that_was_set_back(FailurePolicy::LONGEST_DELAY + SECOND, Ok(()))]
    #[case::over(Duration::ZERO, Ok(()))]
    fn a_delay_ends(#[case] wait: Duration, #[case] expected: Result<(), Duration>) {
        let count = FailureCount { blocked_until: now() + wait, ..count(7, 0) };
        assert_eq!(DELAYING.admit(&FailureSource::Strangers, &count, now()), expected);
    }

    #[rstest]
    #[case::strangers(FailureSource::Strangers)]
    #[case::known(network())]
    fn a_hundred_failures_lock_where_somebody_can_unlock(#[case] source: FailureSource) {
        assert_eq!(LOCKING.admit(&source, &count(99, 0), now()), Ok(()));
        assert_eq!(LOCKING.admit(&source, &count(100, 0), now()), Err(FailurePolicy::LONGEST_DELAY));
        assert_eq!(DELAYING.admit(&source, &count(100, 0), now()), Ok(()));
    }

    #[rstest]
    #[case::of_strangers(FailureSource::Strangers, 0, 5)]
    #[case::of_strangers_who_failed(FailureSource::Strangers, 3, 2)]
    #[case::of_strangers_after_a_delay(FailureSource::Strangers, 5, 1)]
    #[case::known(network(), 0, 20)]
    #[case::known_after_a_delay(network(), 60, 1)]
    fn so_many_are_under_way_at_once(#[case] source: FailureSource, #[case] failures: u32, #[case] most: u32) {
        assert_eq!(LOCKING.admit(&source, &count(failures, most - 1), now()), Ok(()));
        assert_eq!(LOCKING.admit(&source, &count(failures, most), now()), Err(SECOND));
        let later = now() + FailurePolicy::LONGEST_ATTEMPT + SECOND;
        assert_eq!(LOCKING.admit(&source, &count(failures, most), later), Ok(()), "they were cut off");
    }

    #[test]
    fn failures_are_kept_as_long_as_a_network_is_known_but_for_few_of_strangers() {
        assert_eq!(FailurePolicy::kept_for(&FailureSource::Strangers, 4), FailurePolicy::FEW_KEPT_FOR);
        assert_eq!(FailurePolicy::kept_for(&FailureSource::Strangers, 5), FailurePolicy::KNOWN_FOR);
        assert_eq!(FailurePolicy::kept_for(&network(), 1), FailurePolicy::KNOWN_FOR);
    }
}
