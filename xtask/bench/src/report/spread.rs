//! What several rounds measured.

use serde::Serialize;

/// The median of some figures, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

impl Spread {
    /// Of nothing, all three are zero; of an even number, the median lies between the two in the middle.
    pub(crate) fn of(figures: &[f64]) -> Self {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.saturating_sub(1)), at(middle)) };
        Self { median, minimum: at(0), maximum: at(sorted.len().saturating_sub(1)) }
    }

    /// What each round of one measured, divided by what the same round of another did.
    pub(crate) fn of_ratios(figures: &[f64], others: &[f64]) -> Self {
        let ratios: Vec<f64> = figures.iter().zip(others).map(|(figure, other)| figure / other).collect();
        Self::of(&ratios)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_or_between_the_two_there() {
        assert_eq!(Spread::of(&[3.0, 1.0, 8.0]), Spread { median: 3.0, minimum: 1.0, maximum: 8.0 });
        assert_eq!(Spread::of(&[3.0, 1.0, 8.0, 4.0]), Spread { median: 3.5, minimum: 1.0, maximum: 8.0 });
        assert_eq!(Spread::of(&[]), Spread { median: 0.0, minimum: 0.0, maximum: 0.0 });
    }

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let ratios = Spread::of_ratios(&[50.0, 30.0, 90.0], &[100.0, 40.0, 100.0]);
        assert_eq!(ratios, Spread { median: 0.75, minimum: 0.5, maximum: 0.9 });
    }
}
