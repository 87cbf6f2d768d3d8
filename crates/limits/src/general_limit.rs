use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};
use ore_domain::{AddressPrefix, RateLimitPolicy};

use crate::RateLimited;

/// Two MiB, however many addresses call.
const CELLS: usize = 1 << 18;

/// How often one address may call, whatever it calls, counted in this process (generic cell rate algorithm).
///
/// Checking takes no lock and no memory. Addresses are spread over a table of fixed size by a hash that nobody outside
/// can foresee; two that meet in a cell share its limit, which neither notices unless one of them uses up all of it.
pub struct GeneralLimit<C: Clock = MonotonicClock> {
    limiter: RateLimiter<AddressPrefix, Cells, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    policy: RateLimitPolicy,
}

impl GeneralLimit {
    /// As the policy says.
    pub fn new(policy: RateLimitPolicy) -> Self {
        Self::with_clock(policy, MonotonicClock)
    }
}

impl<C: Clock + Clone> GeneralLimit<C> {
    fn with_clock(policy: RateLimitPolicy, clock: C) -> Self {
        let quota = Quota::per_minute(policy.per_minute).allow_burst(policy.burst);
        Self { limiter: RateLimiter::new(quota, Cells::new(), clock.clone()), clock, policy }
    }

    /// Counts a call.
    ///
    /// # Errors
    /// [`RateLimited`] when it is one too many; it does not count then.
    pub fn check(&self, client: IpAddr) -> Result<(), RateLimited> {
        self.limiter.check_key(&client.into()).map_err(|refused| RateLimited {
            policy: self.policy,
            retry_after: refused.wait_time_from(self.clock.now()),
        })
    }
}

/// Neither grows nor has anything to tidy up.
struct Cells {
    cells: Box<[InMemoryState]>,
    hasher: RandomState,
}

impl Cells {
    fn new() -> Self {
        Self { cells: (0..CELLS).map(|_| InMemoryState::default()).collect(), hasher: RandomState::new() }
    }

    fn cell(&self, key: &AddressPrefix) -> &InMemoryState {
        let hash = self.hasher.hash_one(key);
        #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits are wanted")]
        &self.cells[hash as usize % CELLS]
    }
}

impl StateStore for Cells {
    type Key = AddressPrefix;

    fn measure_and_replace<T, F, E>(&self, key: &Self::Key, update: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.cell(key).measure_and_replace(&NotKeyed::NonKey, update)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::thread;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;

    use super::*;

    fn limit(burst: u32, per_minute: u32) -> GeneralLimit<FakeRelativeClock> {
        let [burst, per_minute] = [burst, per_minute].map(|number| NonZeroU32::new(number).unwrap());
        let policy = RateLimitPolicy { name: "general", burst, per_minute };
        GeneralLimit::with_clock(policy, FakeRelativeClock::default())
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_burst_is_let_through_and_then_as_much_as_comes_back() {
        let limit = limit(3, 6);
        let client = address("192.0.2.1");
        let passed = |limit: &GeneralLimit<_>| (0..10).filter(|_| limit.check(client).is_ok()).count();
        assert_eq!(passed(&limit), 3);
        limit.clock.advance(Duration::from_secs(9));
        assert_eq!(limit.check(client).unwrap_err().retry_after, Duration::from_secs(1));
        limit.clock.advance(Duration::from_secs(1));
        assert_eq!(passed(&limit), 1);
        limit.clock.advance(Duration::from_hours(1));
        assert_eq!(passed(&limit), 3);
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
