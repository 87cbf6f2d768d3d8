//! What is known of one setting before any source is read.

use std::num::NonZeroUsize;

use strum::{Display, EnumString, VariantNames};

/// The prefix of every environment variable of this service.
pub const PREFIX: &str = "BACKEND_";

/// One setting: its name, its default, and what an operator should know of it.
#[derive(Debug, Clone, Copy)]
pub struct SettingSpec {
    /// The name without `BACKEND_`, in upper case.
    pub name: &'static str,
    /// The heading above the settings with which it is listed.
    pub group: &'static str,
    /// How the value is written.
    pub value_type: ValueType,
    /// The value if no source gives one.
    pub default: DefaultValue,
    /// A value that passes, for fault lines.
    pub example: &'static str,
    /// One English sentence: what the setting is for, with its unit.
    pub description: &'static str,
}

/// How the value of a setting is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A whole number from the first to the second, both included, and its name with an article.
    Number(u64, u64, &'static str),
    /// Seconds, also a fraction of one, from a tenth to this many.
    Seconds(u32),
    /// One of these words; first their common name with an article.
    Choice(&'static str, &'static [&'static str]),
    /// A text of this kind, such as `site-url`. The reference of the settings describes each kind.
    Text(&'static str),
    /// A text of this kind that is a secret: never shown, never trimmed, also taken from the file that
    /// `BACKEND_<NAME>_FILE` names.
    Secret(&'static str),
}

/// The environment of a process. Its words are taken exactly: `prod` never means one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Environment {
    /// A developer's machine.
    Development,
    /// Automated tests.
    Testing,
    /// A rehearsal of production.
    Staging,
    /// Real users; unsafe settings are refused.
    Production,
}

/// The value if no source gives one.
#[derive(Debug, Clone, Copy)]
pub enum DefaultValue {
    /// This text, always.
    Text(&'static str),
    /// In this environment the first text, and everywhere else the second, or none.
    In(Environment, &'static str, Option<&'static str>),
    /// The number of cores this process may use.
    Cores,
    /// Twice the cores and at least four: a transaction computes for about as long as it waits, and a small container
    /// still reads while it writes.
    TwiceCores,
    /// No text, and nothing in its place.
    NotSet,
    /// No text; the words say what takes its place.
    Unset(&'static str),
}

impl SettingSpec {
    /// The whole variable name, such as `BACKEND_PORT`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// The line that gives the setting a value.
    pub(super) fn assignment(&self, value: &str) -> String {
        format!("{}={value}", self.variable())
    }

    /// The variable that names a file holding the value, for secrets alone.
    pub fn file_variable(&self) -> Option<String> {
        self.is_secret().then(|| format!("{PREFIX}{}_FILE", self.name))
    }

    /// Whether the value is a secret.
    pub fn is_secret(&self) -> bool {
        matches!(self.value_type, ValueType::Secret(_))
    }
}

impl Environment {
    /// Whether this is [`Environment::Production`].
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

impl DefaultValue {
    /// The default as text, `None` when there is none.
    pub(super) fn text(self, current: Environment, cores: NonZeroUsize) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_owned()),
            Self::In(environment, text, _) if current == environment => Some(text.to_owned()),
            Self::In(_, _, elsewhere) => elsewhere.map(str::to_owned),
            Self::Cores => Some(cores.to_string()),
            Self::TwiceCores => Some(cores.get().saturating_mul(2).max(4).to_string()),
            Self::NotSet | Self::Unset(_) => None,
        }
    }

    /// The default in words, where it is not one fixed text.
    pub(super) fn words(self) -> Option<String> {
        match self {
            Self::Text(_) => None,
            Self::In(environment, text, elsewhere) => {
                Some(format!("{text} in {environment}, {} elsewhere", elsewhere.unwrap_or("not set")))
            }
            Self::Cores => Some("the number of cores".to_owned()),
            Self::TwiceCores => Some("twice the cores, at least 4".to_owned()),
            Self::NotSet => Some("not set".to_owned()),
            Self::Unset(words) => Some(words.to_owned()),
        }
    }
}
