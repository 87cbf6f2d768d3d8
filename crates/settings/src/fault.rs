//! What is wrong with the settings, one line each.

use std::fmt;

use super::spec::SettingSpec;

/// One fault: the variable, what is wrong with it, and a value that would pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    subject: String,
    problem: String,
    example: Option<String>,
    is_refusal: bool,
}

impl Fault {
    /// A fault of something that has no example, such as a file that cannot be read.
    pub(super) fn new(subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { subject: subject.into(), problem: problem.into(), example: None, is_refusal: false }
    }

    /// A fault of a setting, with the catalogue's example.
    pub(super) fn of(spec: &SettingSpec, problem: impl Into<String>) -> Self {
        let variable = spec.variable();
        Self { example: Some(format!("{variable}={}", spec.example)), ..Self::new(variable, problem) }
    }

    /// A value that would work, and that production does not take because it is unsafe.
    pub(super) fn refusal(self) -> Self {
        Self { is_refusal: true, ..self }
    }

    /// The same fault with another example.
    pub(super) fn with_example(self, example: impl Into<String>) -> Self {
        Self { example: Some(example.into()), ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.subject, self.problem)?;
        match &self.example {
            Some(example) => write!(formatter, "; for example {example}"),
            None => Ok(()),
        }
    }
}

/// Every fault that was found, in the order of the sources and then of the catalogue. Shows one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct SettingsFaults(Vec<Fault>);

impl SettingsFaults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Whether every value would work, and production alone refuses some because they are unsafe.
    pub fn are_refusals(&self) -> bool {
        self.0.iter().all(|fault| fault.is_refusal)
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// Why a text is not a value of its setting. `Values` makes the [`Fault`] of it, and leaves the text out for a secret.
#[derive(Debug)]
pub(super) struct Rejected {
    /// The part that is wrong, when it is not the whole text.
    pub(super) part: Option<String>,
    /// The reason, as the end of a sentence: `is not a port (0 to 65535)`.
    pub(super) reason: String,
}

impl Rejected {
    /// The whole text is wrong.
    pub(super) fn whole(reason: impl Into<String>) -> Self {
        Self { part: None, reason: reason.into() }
    }

    /// One item of a list is wrong.
    pub(super) fn item(item: &str, reason: impl Into<String>) -> Self {
        Self { part: Some(item.to_owned()), reason: reason.into() }
    }
}
