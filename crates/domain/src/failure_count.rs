use std::fmt;

use crate::{Timestamp, TokenHash};

/// From where somebody tries the password of an account. Each source counts its failures apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FailureSource {
    /// Everybody else, together.
    Strangers,
    /// A network from which the user logged in, under a name that only the key can match with it.
    Network(String),
    /// A device that shows a valid device token.
    Device(TokenHash),
}

/// The text by which a store knows it.
impl fmt::Display for FailureSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Strangers => Ok(()),
            Self::Network(name) => write!(formatter, "network:{name}"),
            Self::Device(TokenHash(hash)) => {
                formatter.write_str("device:")?;
                hash.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }
    }
}

/// Failures in a row of one source at one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureCount {
    /// How many there were.
    pub failures: u32,
    /// How many attempts are under way.
    pub under_way: u32,
    /// No attempt begins before.
    pub blocked_until: Timestamp,
    /// When an attempt last began or failed.
    pub touched_at: Timestamp,
}
