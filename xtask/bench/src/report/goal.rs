//! What must be reached.

use std::fmt::{self, Display, Formatter};

/// A bound for a median.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// A difference of at most this percentage.
    Within(f64),
}

impl Goal {
    pub(crate) fn is_reached(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
            Self::Within(bound) => figure.abs() <= bound,
        }
    }
}

impl Display for Goal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(formatter, "≥ {bound}"),
            Self::AtMost(bound) => write!(formatter, "≤ {bound}"),
            Self::Within(bound) => write!(formatter, "± {bound} %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_itself_is_reached_and_what_lies_beyond_is_not() {
        assert!(Goal::AtLeast(0.6).is_reached(0.6) && !Goal::AtLeast(0.6).is_reached(0.59));
        assert!(Goal::AtMost(5.0).is_reached(5.0) && !Goal::AtMost(5.0).is_reached(5.1));
        assert!(Goal::Within(2.0).is_reached(-2.0) && !Goal::Within(2.0).is_reached(-2.1));
    }
}
