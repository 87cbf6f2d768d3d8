use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ore_domain::{BoxFuture, Charge, Charges, Decision, LimitedBy, StoreError};

use super::LimitCounter;

/// The most keys: some ten megabytes. With the limits that hold unless told otherwise, a quarter is never exceeded.
const MAXIMUM_KEYS: usize = 100_000;
/// So few keys are not worth looking for unused ones.
const FEW_KEYS: usize = 1024;

/// Counts the calls of this process in its memory.
#[derive(Debug)]
pub struct MemoryCounter {
    started: Instant,
    keys: Mutex<Keys>,
}

/// The arrival time of each key, since the start of the counter.
#[derive(Debug)]
struct Keys {
    arrivals: HashMap<String, Duration>,
    /// How many there may be before unused ones are looked for.
    sweep_above: usize,
}

impl MemoryCounter {
    /// Nothing is used up yet.
    pub fn new() -> Self {
        let keys = Keys { arrivals: HashMap::new(), sweep_above: FEW_KEYS };
        Self { started: Instant::now(), keys: Mutex::new(keys) }
    }

    /// Charges the limits of a call, at the time since the start of the counter that `clock` tells.
    fn charge_by(&self, charges: Charges, clock: impl FnOnce() -> Duration) -> Decision {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        // Only now: by an earlier time, what others have charged meanwhile would look like another quota's.
        keys.charge(charges, clock())
    }
}

impl Default for MemoryCounter {
    fn default() -> Self {
        Self::new()
    }
}

impl LimitCounter for MemoryCounter {
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>> {
        let decision = self.charge_by(charges, || self.started.elapsed());
        Box::pin(async move { Ok(decision) })
    }
}

impl Keys {
    fn charge(&mut self, charges: Charges, now: Duration) -> Decision {
        let (mut arrivals, mut is_quiet) = (Vec::with_capacity(charges.address.len() + 1), true);
        for (tier, charge) in charges.address.into_iter().enumerate() {
            let current = self.arrival(&charge);
            is_quiet &= charge.quota.stays_within(current, now, charges.fair_share);
            match charge.quota.charge(current, now) {
                Ok(next) => arrivals.push((charge.key, next)),
                Err(retry_after) => return Decision::Refused { by: LimitedBy::Address(tier), retry_after },
            }
        }
        let Charges { total, reserve, .. } = charges;
        let total_or_reserve = match total.quota.charge(self.arrival(&total), now) {
            Ok(next) => Ok((total.key, next)),
            Err(wait) if is_quiet => {
                let next = reserve.quota.charge(self.arrival(&reserve), now).map_err(|_| wait);
                next.map(|next| (reserve.key, next))
            }
            Err(wait) => Err(wait),
        };
        self.make_room(now);
        self.arrivals.extend(arrivals);
        match total_or_reserve {
            Ok((key, next)) => {
                self.arrivals.insert(key, next);
                Decision::Admitted
            }
            Err(retry_after) => Decision::Refused { by: LimitedBy::Total, retry_after },
        }
    }

    fn arrival(&self, charge: &Charge) -> Duration {
        self.arrivals.get(&charge.key).copied().unwrap_or_default()
    }

    /// Forgets keys of which nothing is used up, and of too many others the half that will be unused first.
    fn make_room(&mut self, now: Duration) {
        if self.arrivals.len() <= self.sweep_above {
            return;
        }
        self.arrivals.retain(|_, arrival| *arrival > now);
        if self.arrivals.len() >= MAXIMUM_KEYS {
            let mut arrivals: Vec<_> = self.arrivals.values().copied().collect();
            let (_, median, _) = arrivals.select_nth_unstable(MAXIMUM_KEYS / 2);
            let median = *median;
            self.arrivals.retain(|_, arrival| *arrival > median);
        }
        // Twice as many as are left, so that looking through them costs each call little.
        self.sweep_above = (2 * self.arrivals.len()).clamp(FEW_KEYS, MAXIMUM_KEYS);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use ore_domain::{Charge, Quota};

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn charges(address: &str) -> Charges {
        let charge = |key: &str, burst| {
            let [burst, per_minute] = [burst, 60].map(|number| NonZeroU32::new(number).unwrap());
            Charge { key: key.to_owned(), quota: Quota::per_minute(burst, per_minute) }
        };
        Charges {
            address: vec![charge(address, 2), charge("wide", 1_000_000)],
            total: charge("total", 1_000_000),
            reserve: charge("reserve", 1_000_000),
            fair_share: 1,
        }
    }

    #[test]
    fn the_rate_goes_on_after_the_burst() {
        let counter = MemoryCounter::new();
        for _ in 0..2 {
            assert_eq!(counter.charge_by(charges("ada"), || SECOND), Decision::Admitted);
        }
        for second in 1..4 {
            let refused = Decision::Refused { by: LimitedBy::Address(0), retry_after: SECOND / 2 };
            assert_eq!(counter.charge_by(charges("ada"), || SECOND * second + SECOND / 2), refused);
            assert_eq!(counter.charge_by(charges("ada"), || SECOND * (second + 1)), Decision::Admitted);
        }
    }

    #[test]
    fn unused_keys_are_forgotten() {
        let counter = MemoryCounter::new();
        for index in 0..10 * u32::try_from(FEW_KEYS).unwrap() {
            // Each is unused again after a second, in which sixteen others come.
            counter.charge_by(charges(&index.to_string()), || SECOND * index / 16);
        }
        let keys = counter.keys.lock().unwrap();
        assert!(keys.arrivals.len() <= FEW_KEYS + 3, "{}", keys.arrivals.len());
    }

    #[test]
    fn there_are_never_more_keys_than_fit() {
        let counter = MemoryCounter::new();
        for index in 0..MAXIMUM_KEYS + 10 {
            counter.charge_by(charges(&index.to_string()), || SECOND);
        }
        let keys = counter.keys.lock().unwrap();
        assert!(keys.arrivals.len() <= MAXIMUM_KEYS + 3, "{}", keys.arrivals.len());
    }
}
