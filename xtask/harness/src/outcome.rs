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
