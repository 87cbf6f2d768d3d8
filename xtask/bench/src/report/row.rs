//! One line of the table.

use std::fmt::{self, Display, Formatter};

use serde_json::{Value, json};

use super::Spread;

/// A bound that a median must reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// So many percent more or less.
    Within(f64),
}

impl Goal {
    fn is_reached(self, figure: f64) -> bool {
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

/// One thing that was measured.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    what: String,
    unit: &'static str,
    measured: Spread,
    comparison: Option<Comparison>,
    goal: Option<Goal>,
}

/// The same beside something else, in the same rounds.
#[derive(Debug, Clone)]
struct Comparison {
    /// Measured divided by the other, or how many percent of the other it is more.
    figure: Spread,
    is_gap: bool,
    with: String,
}

impl Row {
    /// Without a goal.
    pub(crate) fn new(what: impl Into<String>, unit: &'static str, figures: &[f64]) -> Self {
        Self::of(what, unit, Spread::of(figures))
    }

    /// Of a median that is not that of the rounds.
    pub(crate) fn of(what: impl Into<String>, unit: &'static str, measured: Spread) -> Self {
        Self { what: what.into(), unit, measured, comparison: None, goal: None }
    }

    /// Beside another's figures of the same rounds.
    pub(crate) fn compared(self, with: impl Into<String>, ratio: Spread) -> Self {
        Self { comparison: Some(Comparison { figure: ratio, is_gap: false, with: with.into() }), ..self }
    }

    /// Beside another that it should not be told from: how many percent it is more, which is less than none where it is
    /// less.
    pub(crate) fn with_gap(self, to: impl Into<String>, percent: Spread) -> Self {
        Self { comparison: Some(Comparison { figure: percent, is_gap: true, with: to.into() }), ..self }
    }

    /// A goal for the ratio, or for what was measured where there is none.
    pub(crate) fn with_goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), ..self }
    }

    fn is_reached(&self) -> Option<bool> {
        let figure = self.comparison.as_ref().map_or(self.measured.median, |it| it.figure.median);
        self.goal.map(|goal| goal.is_reached(figure))
    }

    /// What, median, spread, ratio, goal, reached or not.
    pub(crate) fn cells(&self) -> [String; 6] {
        let Spread { median, minimum, maximum } = self.measured;
        let compared = self.comparison.as_ref().map(Comparison::cell);
        let reached = self.is_reached().map(|it| if it { "reached" } else { "MISSED" });
        [
            self.what.clone(),
            format!("{} {}", figure(median), self.unit),
            format!("{}–{}", figure(minimum), figure(maximum)),
            compared.unwrap_or_default(),
            self.goal.map(|goal| goal.to_string()).unwrap_or_default(),
            reached.unwrap_or_default().to_owned(),
        ]
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let compared =
            |is_gap: bool| self.comparison.as_ref().filter(|it| it.is_gap == is_gap).map(Comparison::to_json);
        json!({
            "what": self.what,
            "unit": self.unit,
            "measured": self.measured,
            "ratio": compared(false),
            "gap_percent": compared(true),
            "goal": self.goal.map(|goal| goal.to_string()),
            "reached": self.is_reached(),
        })
    }
}

impl Comparison {
    fn cell(&self) -> String {
        let Self { figure: Spread { median, minimum, maximum }, is_gap, with } = self;
        if *is_gap {
            format!("{median:+.2} % ({minimum:+.2} to {maximum:+.2}) beside {with}")
        } else {
            format!("{median:.2} ({minimum:.2}–{maximum:.2}) of {with}")
        }
    }

    fn to_json(&self) -> Value {
        json!({"of": self.with, "spread": self.figure})
    }
}

/// With about three digits that mean something, and commas between thousands.
fn figure(figure: f64) -> String {
    let decimals = match figure.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{figure:.decimals$}");
    let whole = text.find('.').unwrap_or(text.len());
    let mut grouped = String::new();
    for (index, character) in text.char_indices() {
        if index > 0 && index < whole && (whole - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(character);
    }
    grouped
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

    #[test]
    fn a_goal_is_for_the_ratio_where_there_is_one_and_a_gap_may_be_on_either_side() {
        let ratio = Spread { median: 0.5, minimum: 0.4, maximum: 0.6 };
        let row = Row::new("GET /health", "a second", &[100.0]).with_goal(Goal::AtLeast(0.75));
        assert_eq!(row.is_reached(), Some(true));
        assert_eq!(row.compared("bare", ratio).is_reached(), Some(false));
        let gap = Spread { median: -2.5, minimum: -3.0, maximum: 0.25 };
        let row = Row::new("log-in, nobody", "µs", &[975.0]).with_gap("log-in", gap).with_goal(Goal::Within(2.0));
        assert_eq!(row.is_reached(), Some(false));
        assert_eq!(row.to_json()["gap_percent"]["spread"]["median"], -2.5);
    }
}
