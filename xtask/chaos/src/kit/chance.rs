//! Chance that can be repeated.

use std::time::Duration;

/// `SplitMix64` (Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014): one seed, one sequence.
pub(crate) struct Chance(u64);

impl Chance {
    /// The sequence of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A time from the one to the other, in whole milliseconds.
    pub(crate) fn between(&mut self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from(most.saturating_sub(least).as_millis()).unwrap_or(u64::MAX - 1);
        least + Duration::from_millis(self.next() % (span + 1))
    }

    /// Puts the items into another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = usize::try_from(self.next() % (last as u64 + 1)).unwrap_or_default();
            items.swap(last, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence() {
        let sequence = |seed| {
            let mut chance = Chance::new(seed);
            let mut order: Vec<u32> = (0..20).collect();
            chance.shuffle(&mut order);
            (order, chance.between(Duration::ZERO, Duration::from_secs(1)))
        };
        assert_eq!(sequence(1), sequence(1));
        assert_ne!(sequence(1), sequence(2));
        let mut sorted = sequence(1).0;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn a_time_is_within_its_bounds() {
        let (least, most) = (Duration::from_millis(10), Duration::from_millis(12));
        let mut chance = Chance::new(7);
        let times: Vec<_> = (0..100).map(|_| chance.between(least, most)).collect();
        assert!(times.iter().all(|time| (least..=most).contains(time)));
        assert!(times.contains(&least) && times.contains(&most));
    }
}
