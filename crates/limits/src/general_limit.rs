use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ore_domain::{AddressPrefix, Quota, RateLimitPolicy};

use crate::RateLimited;

/// Two MiB, however many addresses call.
const CELLS: usize = 1 << 18;

/// How often one address may call, whatever it calls, counted in this process (generic cell rate algorithm).
///
/// Checking takes no lock and no memory. Addresses are spread over a table of fixed size by a hash that nobody outside
/// can foresee; two that meet in a cell share its limit, which neither notices unless one of them uses up all of it.
pub struct GeneralLimit {
    policy: RateLimitPolicy,
    quota: Quota,
    started: Instant,
    /// The theoretical arrival time of each cell, in microseconds since the start.
    cells: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl GeneralLimit {
    /// As the policy says.
    pub fn new(policy: RateLimitPolicy) -> Self {
        Self {
            policy,
            quota: Quota::per_minute(policy.burst, policy.per_minute),
            started: Instant::now(),
            cells: (0..CELLS).map(|_| AtomicU64::default()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// [`RateLimited`] when it is one too many; it does not count then.
    pub fn check(&self, client: IpAddr) -> Result<(), RateLimited> {
        self.check_by(client, || self.started.elapsed())
    }

    /// As [`GeneralLimit::check`], at the time since the start that `clock` tells.
    fn check_by(&self, client: IpAddr, clock: impl Fn() -> Duration) -> Result<(), RateLimited> {
        let cell = self.cell(client.into());
        let mut arrival = cell.load(Ordering::Relaxed);
        loop {
            // Only now: by an earlier time, what others have charged meanwhile would look like another quota's.
            let charged = self.quota.charge(Duration::from_micros(arrival), clock());
            let next = charged.map_err(|retry_after| RateLimited { policy: self.policy, retry_after })?;
            match cell.compare_exchange_weak(arrival, micros(next), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(current) => arrival = current,
            }
        }
    }

    fn cell(&self, prefix: AddressPrefix) -> &AtomicU64 {
        let hash = self.hasher.hash_one(prefix);
        #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits are wanted")]
        &self.cells[hash as usize % CELLS]
    }
}

/// Rounded up, so that no call comes back too early; a process lives for less than 500,000 years.
fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::thread;

    use super::*;

    fn limit(burst: u32, per_minute: u32) -> GeneralLimit {
        let [burst, per_minute] = [burst, per_minute].map(|number| NonZeroU32::new(number).unwrap());
        GeneralLimit::new(RateLimitPolicy { name: "general", burst, per_minute })
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_let_through_and_then_as_much_as_comes_back() {
        let limit = limit(3, 6);
        let check = |seconds: u64| limit.check_by(address("192.0.2.1"), || Duration::from_secs(3600 + seconds));
        let passed = |seconds| (0..10_u8).filter(|_| check(seconds).is_ok()).count();
        assert_eq!(passed(0), 3);
        assert_eq!(check(9).unwrap_err().retry_after, Duration::from_secs(1));
        assert_eq!(passed(10), 1);
        assert_eq!(passed(3600), 3);
    }

    #[test]
    fn many_at_once_pass_no_more_than_the_burst() {
        let limit = limit(100, 1);
        let passed: usize = thread::scope(|scope| {
            let flood = || (0..100).filter(|_| limit.check(address("192.0.2.1")).is_ok()).count();
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(flood)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(passed, 100);
    }

    #[test]
    fn an_ipv6_subscriber_has_one_limit_and_others_have_their_own() {
        let limit = limit(1, 1);
        assert!(limit.check(address("2001:db8::1")).is_ok());
        assert!(limit.check(address("2001:db8::2")).is_err());
        // One cell in 262,144 is taken: that three others all meet in it does not happen.
        let others = ["2001:db8:0:1::1", "192.0.2.1", "192.0.2.2"];
        assert!(others.iter().any(|other| limit.check(address(other)).is_ok()));
    }
}
