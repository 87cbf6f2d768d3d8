use std::collections::BTreeMap;
use std::fmt;

use super::spec::SettingSpec;

/// The source of a value, as the listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Default,
    Flag(&'static str),
    Environment,
    DotEnv,
    ConfigFile(String),
    SecretFile { variable: String, named_in: Box<Origin> },
}

/// The values of one source under their names without prefix, `<NAME>_FILE` among them.
pub(super) struct Layer {
    pub(super) origin: Origin,
    pub(super) values: BTreeMap<String, RawValue>,
}

/// The value of a source for a name. `Broken` is there but unusable, and its fault is recorded already.
pub(super) enum RawValue {
    Text(String),
    Broken,
}

impl Layer {
    /// The path of the file that holds the secret, when this source names one.
    pub(super) fn file(&self, spec: &SettingSpec) -> Option<&RawValue> {
        if spec.secret { self.values.get(&format!("{}_FILE", spec.name)) } else { None }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::Flag(flag) => formatter.write_str(flag),
            Self::Environment => formatter.write_str("environment"),
            Self::DotEnv => formatter.write_str(".env"),
            Self::ConfigFile(path) => formatter.write_str(path),
            Self::SecretFile { variable, named_in } => write!(formatter, "{variable} ({named_in})"),
        }
    }
}
