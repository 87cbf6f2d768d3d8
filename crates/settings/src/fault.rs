//! What is wrong with the settings, one line each.

use std::fmt;

use super::declaration::SettingSpec;

/// One fault: the variable, what is wrong with it, and a value that would pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) subject: String,
    pub(super) problem: String,
    pub(super) example: Option<String>,
    /// Whether the value would work, and production does not take it because it is unsafe.
    pub(super) is_refusal: bool,
}

impl Fault {
    /// A fault of something that has no example, such as a file that cannot be read.
    pub(super) fn new(subject: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { subject: subject.into(), problem: problem.into(), example: None, is_refusal: false }
    }

    /// A fault of a setting, with the catalogue's example.
    pub(super) fn of(spec: &SettingSpec, problem: impl Into<String>) -> Self {
        Self { example: Some(spec.assignment(spec.example)), ..Self::new(spec.variable(), problem) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.subject, self.problem)?;
        self.example.iter().try_for_each(|example| write!(formatter, "; for example {example}"))
    }
}

/// Every fault that was found: of the sources, of values that cannot be read, and of values that a check refuses. Shows
/// one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))]
pub struct SettingsFaults(pub(super) Vec<Fault>);

impl SettingsFaults {
    /// Whether every value would work, and production alone refuses some because they are unsafe.
    pub fn are_refusals(&self) -> bool {
        self.0.iter().all(|fault| fault.is_refusal)
    }
}
