//! What is wrong with the settings, one line each.

use std::fmt;

use super::declaration::SettingSpec;

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

    /// The same fault of something else.
    pub(super) fn with_subject(self, subject: &str) -> Self {
        Self { subject: subject.to_owned(), ..self }
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

/// Every fault that was found: of the sources, of values that cannot be read, and of values that a check refuses. Shows
/// one line each.
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
