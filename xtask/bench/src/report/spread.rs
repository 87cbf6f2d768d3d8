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

    /// The median of all figures, and the least and the most of those of so many parts of them, one after another.
    pub(crate) fn of_parts(figures: &[f64], parts: usize) -> Self {
        let part = figures.len().div_ceil(parts.max(1)).max(1);
        let medians: Vec<f64> = figures.chunks(part).map(|it| Self::of(it).median).collect();
        Self { median: Self::of(figures).median, ..Self::of(&medians) }
    }

    /// By how many percent the median of one exceeds that of another; of all figures, and as spread of the parts.
    pub(crate) fn of_gaps(figures: &[f64], others: &[f64], parts: usize) -> Self {
        let part = |figures: &[f64]| figures.len().div_ceil(parts.max(1)).max(1);
        let gap = |figures: &[f64], others: &[f64]| (Self::of(figures).median / Self::of(others).median - 1.0) * 100.0;
        let pairs = figures.chunks(part(figures)).zip(others.chunks(part(others)));
        let gaps: Vec<f64> = pairs.map(|(figures, others)| gap(figures, others)).collect();
        Self { median: gap(figures, others), ..Self::of(&gaps) }
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
    fn parts_have_medians_of_their_own() {
        let figures = [1.0, 2.0, 6.0, 10.0, 20.0, 30.0];
        assert_eq!(Spread::of_parts(&figures, 2), Spread { median: 8.0, minimum: 2.0, maximum: 20.0 });
        let others = [1.0, 1.0, 1.0, 25.0, 25.0, 25.0];
        let gaps = Spread::of_gaps(&figures, &others, 2);
        assert!((gaps.minimum + 20.0).abs() < 1e-9 && (gaps.maximum - 100.0).abs() < 1e-9, "{gaps:?}");
        assert!((gaps.median - (8.0 / 13.0 - 1.0) * 100.0).abs() < 1e-9, "{gaps:?}");
    }

    #[test]
    fn ratios_are_those_of_the_same_round() {
        let ratios = Spread::of_ratios(&[50.0, 30.0, 90.0], &[100.0, 40.0, 100.0]);
        assert_eq!(ratios, Spread { median: 0.75, minimum: 0.5, maximum: 0.9 });
    }
}
