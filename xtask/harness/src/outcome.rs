//! How work went that may not be possible on this machine.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

/// Why something cannot be done on this machine, as people read it. An error of any other kind is a fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Skipped(pub String);

/// How one part went.
#[derive(Debug)]
pub struct Outcome<M> {
    /// The part's.
    pub name: String,
    /// `Ok` if everything is as it should be.
    pub result: Result<()>,
    /// Whatever was measured, also by a part that went wrong.
    pub measured: M,
    /// How long it took.
    pub duration: Duration,
}

impl<M> Outcome<M> {
    /// Of a part that began at that moment.
    pub fn new(name: String, result: Result<()>, measured: M, started: Instant) -> Self {
        Self { name, result, measured, duration: started.elapsed() }
    }

    /// Whether the whole fails with it.
    pub fn has_failed(&self) -> bool {
        self.word() == "FAILED"
    }

    /// `passed`, `skipped` or `FAILED`.
    pub fn word(&self) -> &'static str {
        match &self.result {
            Ok(()) => "passed",
            Err(error) if error.is::<Skipped>() => "skipped",
            Err(_) => "FAILED",
        }
    }

    /// Why it did not pass.
    pub fn reason(&self) -> Option<String> {
        self.result.as_ref().err().map(|error| format!("{error:#}"))
    }

    /// The outcome for people, with these figures. By the form of what was skipped `cargo xtask ci` knows that its step
    /// is incomplete.
    pub fn line(&self, figures: impl IntoIterator<Item = String>) -> String {
        let told: String = self.reason().into_iter().chain(figures).flat_map(|it| [", ".to_owned(), it]).collect();
        match self.word() {
            "skipped" => format!("{}: skipped{told}", self.name),
            word => format!("{}: {word} in {:.1} s{told}", self.name, self.duration.as_secs_f64()),
        }
    }
}

#[cfg(feature = "load")]
impl<M: serde::Serialize> Outcome<M> {
    /// The outcome for programs.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "result": self.word().to_lowercase(),
            "reason": self.reason(),
            "seconds": (self.duration.as_secs_f64() * 10.0).round() / 10.0,
            "measured": self.measured,
        })
    }
}

/// 1 when one of them has failed.
pub fn exit_code<M>(outcomes: &[Outcome<M>]) -> ExitCode {
    if outcomes.iter().any(Outcome::has_failed) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_from_what_went_wrong() {
        let line = |result| Outcome::new("mail".to_owned(), result, (), Instant::now()).line(["kills 2".to_owned()]);
        assert_eq!(line(Err(Skipped("no python".to_owned()).into())), "mail: skipped, no python, kills 2");
        assert_eq!(line(Err(anyhow::anyhow!("skipped"))), "mail: FAILED in 0.0 s, skipped, kills 2");
        assert_eq!(line(Ok(())), "mail: passed in 0.0 s, kills 2");
    }
}
