use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// Whose export a file is. Without it, the fields tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// Ours as CSV.
    Csv,
    /// Ours as JSON lines.
    JsonLines,
    /// Auth0's JSON lines.
    Auth0,
    /// The table `auth.users` of Supabase as CSV.
    Supabase,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// With a header.
    Csv,
    /// One object a line.
    JsonLines,
}

/// The text names no format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not one of csv, jsonl, auth0 and supabase")]
pub struct UnknownFormat;

impl FromStr for ImportFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "csv" => Ok(Self::Csv),
            "jsonl" => Ok(Self::JsonLines),
            "auth0" => Ok(Self::Auth0),
            "supabase" => Ok(Self::Supabase),
            _ => Err(UnknownFormat),
        }
    }
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
            Self::Auth0 => "auth0",
            Self::Supabase => "supabase",
        })
    }
}

impl ExportFormat {
    /// The name, as the command line takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// The format that the name of a file ends in.
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }
}
