//! An order that looks random and is the same in every run.

/// Numbers as `SplitMix64` makes them (Steele, Lea, Flood 2014): good enough to choose an order with.
#[derive(Debug)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Shuffles, so that each order is about as likely as any other.
pub(super) fn shuffle<T>(values: &mut [T], seed: u64) {
    let mut numbers = Numbers(seed);
    for last in (1..values.len()).rev() {
        let chosen = numbers.next() % (u64::try_from(last).unwrap_or(u64::MAX) + 1);
        values.swap(last, usize::try_from(chosen).unwrap_or(last));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_another_one_and_comes_again() {
        let shuffled = |seed| {
            let mut values: Vec<usize> = (0..100).collect();
            shuffle(&mut values, seed);
            values
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        let mut sorted = shuffled(1);
        assert_ne!(sorted, (0..100).collect::<Vec<_>>());
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn every_value_comes_about_as_often_after_every_other() {
        let mut values: Vec<usize> = (0..3).flat_map(|class| vec![class; 3_000]).collect();
        shuffle(&mut values, 7);
        for first in 0..3 {
            for second in 0..3 {
                let pairs = values.windows(2).filter(|pair| *pair == [first, second]).count();
                assert!((900..1_100).contains(&pairs), "{first}, {second}: {pairs}");
            }
        }
    }
}
