use std::fmt;
use std::str::FromStr;

/// The environment of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl Environment {
    const ALL: [Self; 4] = [Self::Development, Self::Testing, Self::Staging, Self::Production];

    /// Whether this is [`Environment::Production`].
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Development => "development",
            Self::Testing => "testing",
            Self::Staging => "staging",
            Self::Production => "production",
        })
    }
}

impl FromStr for Environment {
    type Err = &'static str;

    /// Takes the four names exactly, so that `prod` is a fault and never means development.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::ALL.into_iter().find(|environment| environment.to_string() == text);
        named.ok_or("is not an environment (development, testing, staging or production)")
    }
}
