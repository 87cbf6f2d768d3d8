//! What was measured, and the table in which it is shown.

use std::fmt::{self, Display, Formatter};
use std::fs;

use ore_harness::{Outcome, cores};
use procfs::{CpuInfo, Current, Meminfo};
use serde::Serialize;
use serde_json::{Value, json};

/// A bound that a median must reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
    /// So many percent more or less than the same.
    WithinPercent(f64),
}

impl Goal {
    fn is_reached(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(bound) => figure >= bound,
            Self::AtMost(bound) => figure <= bound,
            Self::WithinPercent(bound) => (figure - 1.0).abs() * 100.0 <= bound,
        }
    }
}

impl Display for Goal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(bound) => write!(formatter, "≥ {bound}"),
            Self::AtMost(bound) => write!(formatter, "≤ {bound}"),
            Self::WithinPercent(bound) => write!(formatter, "± {bound} %"),
        }
    }
}

/// The median of what several rounds measured, and how far they lie apart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) minimum: f64,
    pub(crate) maximum: f64,
}

impl Spread {
    /// Of nothing, all three are zero.
    pub(crate) fn of(figures: &[f64]) -> Self {
        let [minimum, maximum] = [f64::min, f64::max].map(|it| figures.iter().copied().reduce(it).unwrap_or_default());
        Self { median: median(figures), minimum, maximum }
    }

    /// Of what each round of one measured, divided by what the same round of another did.
    pub(crate) fn of_ratios(figures: &[f64], others: &[f64]) -> Self {
        let ratios: Vec<f64> = figures.iter().zip(others).map(|(figure, other)| figure / other).collect();
        Self::of(&ratios)
    }
}

/// The figure in the middle, or what lies between the two there; zero of nothing.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    f64::midpoint(at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2))
}

/// One thing that was measured: a line of the table.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    what: String,
    unit: &'static str,
    measured: Spread,
    ratio: Option<Ratio>,
    goal: Option<Goal>,
    reached: Option<bool>,
}

/// What was measured divided by something else, and what that is.
#[derive(Debug, Serialize)]
struct Ratio {
    spread: Spread,
    of: String,
}

impl Row {
    /// Without a goal.
    pub(crate) fn new(what: impl Into<String>, unit: &'static str, measured: Spread) -> Self {
        Self { what: what.into(), unit, measured, ratio: None, goal: None, reached: None }
    }

    /// With a goal for what was measured.
    pub(crate) fn with_goal(self, goal: Goal) -> Self {
        Self { goal: Some(goal), reached: Some(goal.is_reached(self.measured.median)), ..self }
    }

    /// Beside something else, perhaps with a goal for the ratio.
    pub(crate) fn compared(self, of: impl Into<String>, spread: Spread, goal: Option<Goal>) -> Self {
        let reached = goal.map(|goal| goal.is_reached(spread.median));
        Self { ratio: Some(Ratio { spread, of: of.into() }), goal, reached, ..self }
    }
}

impl Display for Row {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { what, unit, measured, ratio, goal, reached } = self;
        let [median, minimum, maximum] = [measured.median, measured.minimum, measured.maximum].map(figure);
        let goal = goal.map(|it| it.to_string()).unwrap_or_default();
        let reached = reached.map(|it| if it { "reached" } else { "MISSED" }).unwrap_or_default();
        // A thousandth is little beside the narrowest goal.
        let ratio = ratio.as_ref().map(|Ratio { spread: Spread { median, minimum, maximum }, of }| {
            format!("{median:.3} ({minimum:.3}–{maximum:.3}) of {of}")
        });
        let ratio = ratio.unwrap_or_default();
        write!(formatter, "{what} | {median} {unit} | {minimum}–{maximum} | {ratio} | {goal} | {reached}")
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
    let (whole, fraction) = text.split_at(text.find('.').unwrap_or(text.len()));
    let thousands: Vec<_> = whole.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    thousands.join(",") + fraction
}

/// What the figures were measured on, as far as it matters.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
    kernel: String,
}

impl Machine {
    /// As Linux describes it (proc(5)).
    pub(crate) fn look() -> Self {
        let processor = CpuInfo::current().ok().and_then(|it| it.model_name(0).map(str::to_owned));
        Self {
            processor: processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: cores(),
            memory_mib: Meminfo::current().map_or(0, |it| it.mem_total >> 20),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
        }
    }
}

/// All cases of a run.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) machine: Machine,
    pub(crate) mode: &'static str,
    pub(crate) rounds: usize,
    pub(crate) cases: Vec<Outcome<Vec<Row>>>,
}

impl Summary {
    /// The results for programs.
    pub(crate) fn to_json(&self) -> Value {
        let cases: Vec<_> = self.cases.iter().map(Outcome::to_json).collect();
        json!({"machine": self.machine, "mode": self.mode, "rounds": self.rounds, "cases": cases})
    }
}

/// A page of its own.
impl Display for Summary {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { machine: Machine { processor, cores, memory_mib, kernel }, mode, rounds, cases } = self;
        write!(
            formatter,
            "# Benchmark results\n\nWritten by `cargo xtask bench`; [how](../performance.md). A {mode} run, {rounds} \
             rounds, on {processor}, {cores} cores, {memory_mib} MiB of memory, Linux {kernel}.\n\n\
             | case | what | median | spread | ratio | goal |  |\n|---|---|---|---|---|---|---|\n"
        )?;
        for case in cases {
            for row in &case.measured {
                writeln!(formatter, "| {} | {row} |", case.name)?;
            }
            if let Some(reason) = case.reason() {
                writeln!(formatter, "| {} | {}: {reason} |  |  |  |  |  |", case.name, case.word())?;
            }
        }
        Ok(())
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
    fn ratios_are_those_of_the_same_round_and_a_goal_may_be_for_them() {
        let ratio = Spread::of_ratios(&[50.0, 30.0, 90.0], &[100.0, 40.0, 100.0]);
        assert_eq!(ratio, Spread { median: 0.75, minimum: 0.5, maximum: 0.9 });
        let row = || Row::new("GET /health", "a second", Spread::of(&[50_000.0]));
        let line = row().compared("bare", ratio, Some(Goal::AtLeast(0.8))).to_string();
        let expected = "50,000 a second | 50,000–50,000 | 0.750 (0.500–0.900) of bare | ≥ 0.8 | MISSED";
        assert_eq!(line, format!("GET /health | {expected}"));
        assert_eq!(row().with_goal(Goal::AtLeast(0.8)).reached, Some(true));
    }
}
