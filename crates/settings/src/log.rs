//! What is logged and how.

use std::fmt;
use std::str::FromStr;

use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// The settings of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogSettings {
    /// The lowest level that is logged.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

/// The levels of Python's `logging`, which the dashboards know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For finding errors.
    Debug,
    /// Normal events.
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
    /// The service cannot go on.
    Critical,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

impl LogLevel {
    const ALL: [Self; 5] = [Self::Debug, Self::Info, Self::Warning, Self::Error, Self::Critical];
}

impl fmt::Display for LogLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        })
    }
}

impl FromStr for LogLevel {
    type Err = &'static str;

    /// Takes the names in any case, and `WARN` as Python does.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = if text.eq_ignore_ascii_case("WARN") { "WARNING" } else { text };
        let named = Self::ALL.into_iter().find(|level| level.to_string().eq_ignore_ascii_case(name));
        named.ok_or("is not a level (DEBUG, INFO, WARNING, ERROR or CRITICAL)")
    }
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "text" => Ok(Self::Text),
            _ => Err("is not a log format (json or text)"),
        }
    }
}

impl LogSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let level = values.read(&catalogue::LOG_LEVEL, parse::from_str);
        let format = values.read(&catalogue::LOG_FORMAT, parse::from_str);
        Ok(Self { level: level?, format: format? })
    }
}
