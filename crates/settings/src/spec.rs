//! What is known of one setting before any source is read.

use std::num::NonZeroUsize;

use super::environment::Environment;
use super::value_type::ValueType;

/// The prefix of every environment variable of this service.
pub const PREFIX: &str = "BACKEND_";

/// One setting: its name, its default, and what an operator should know of it.
#[derive(Debug, Clone, Copy)]
pub struct SettingSpec {
    /// The name without `BACKEND_`, in upper case.
    pub name: &'static str,
    /// The group in the listing.
    pub group: SettingGroup,
    /// How the value is written.
    pub value_type: ValueType,
    /// The value if no source gives one.
    pub default: DefaultValue,
    /// A value that passes, for fault lines.
    pub example: &'static str,
    /// One English sentence: what the setting is for, with its unit.
    pub description: &'static str,
    /// Whether the value is a secret: never shown, never trimmed, also taken from the file that `BACKEND_<NAME>_FILE`
    /// names.
    pub secret: bool,
}

/// Settings that are listed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SettingGroup {
    /// What the service is called and where it runs.
    Application,
    /// Where and how it listens and ends, and who may call.
    Server,
    /// What is logged, and in which language clients are answered.
    Logging,
    /// Where the data lives.
    Database,
    /// How access tokens are signed and what they say.
    Tokens,
    /// What passwords must be like and what a hash costs.
    Passwords,
    /// Who may have an account, and the key of what is stored of them.
    Accounts,
    /// How often clients may call.
    Limits,
    /// How mails leave, and what stands in them.
    Mail,
    /// The external service that endpoints may call.
    External,
}

/// The value if no source gives one.
#[derive(Debug, Clone, Copy)]
pub enum DefaultValue {
    /// This text, always.
    Text(&'static str),
    /// One text in development, another everywhere else.
    InDevelopment {
        /// The text in development.
        text: &'static str,
        /// The text everywhere else.
        elsewhere: &'static str,
    },
    /// One text in production, another everywhere else.
    InProduction {
        /// The text in production.
        text: &'static str,
        /// The text everywhere else.
        elsewhere: &'static str,
    },
    /// One text in development, and none elsewhere.
    OnlyInDevelopment(&'static str),
    /// The number of cores this process may use.
    Cores,
    /// Twice the cores and at least four: a transaction computes for about as long as it waits, and a small container
    /// still reads while it writes.
    TwiceCores,
    /// No text; the words say what takes its place.
    Unset(&'static str),
}

/// The values on which defaults depend.
#[derive(Debug, Clone, Copy)]
pub(super) struct DefaultContext {
    pub(super) environment: Environment,
    pub(super) cores: NonZeroUsize,
}

impl SettingGroup {
    /// Every group, in the order of the catalogue.
    pub const ALL: &'static [Self] = &[
        Self::Application,
        Self::Server,
        Self::Logging,
        Self::Database,
        Self::Tokens,
        Self::Passwords,
        Self::Accounts,
        Self::Limits,
        Self::Mail,
        Self::External,
    ];

    /// The heading above the settings of the group, in English.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Server => "Server",
            Self::Logging => "Logging and language",
            Self::Database => "Database",
            Self::Tokens => "Access tokens",
            Self::Passwords => "Passwords",
            Self::Accounts => "Accounts",
            Self::Limits => "Rate limits",
            Self::Mail => "Mail",
            Self::External => "External service",
        }
    }
}

impl SettingSpec {
    /// The whole variable name, such as `BACKEND_PORT`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// The variable that names a file holding the value, for secrets alone.
    pub fn file_variable(&self) -> Option<String> {
        self.secret.then(|| format!("{PREFIX}{}_FILE", self.name))
    }
}

impl DefaultValue {
    /// The default as text, `None` when there is none.
    pub(super) fn text(self, default_context: DefaultContext) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_owned()),
            Self::InDevelopment { text, elsewhere } => {
                let holds = default_context.environment == Environment::Development;
                Some(if holds { text } else { elsewhere }.to_owned())
            }
            Self::InProduction { text, elsewhere } => {
                Some(if default_context.environment.is_production() { text } else { elsewhere }.to_owned())
            }
            Self::OnlyInDevelopment(text) => {
                (default_context.environment == Environment::Development).then(|| text.to_owned())
            }
            Self::Cores => Some(default_context.cores.to_string()),
            Self::TwiceCores => Some(default_context.cores.get().saturating_mul(2).max(4).to_string()),
            Self::Unset(_) => None,
        }
    }

    /// The default in words, where it is not one fixed text.
    pub(super) fn words(self) -> Option<String> {
        match self {
            Self::Text(_) => None,
            Self::InDevelopment { text, elsewhere } => Some(format!("{text} in development, {elsewhere} elsewhere")),
            Self::InProduction { text, elsewhere } => Some(format!("{text} in production, {elsewhere} elsewhere")),
            Self::OnlyInDevelopment(text) => Some(format!("{text} in development, not set elsewhere")),
            Self::Cores => Some("the number of cores".to_owned()),
            Self::TwiceCores => Some("twice the cores, at least 4".to_owned()),
            Self::Unset(words) => Some(words.to_owned()),
        }
    }
}
