use std::path::Path;

use strum::{Display, EnumString, IntoStaticStr, VariantNames};

/// Whose export a file is. Without it, the fields tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum ImportFormat {
    /// Ours as CSV.
    Csv,
    /// Ours as JSON lines.
    #[strum(serialize = "jsonl")]
    JsonLines,
    /// Auth0's JSON lines.
    Auth0,
    /// The table `auth.users` of Supabase as CSV.
    Supabase,
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum ExportFormat {
    /// With a header.
    Csv,
    /// One object a line.
    #[strum(serialize = "jsonl")]
    JsonLines,
}

impl ExportFormat {
    /// The name, as the command line takes it.
    pub fn name(self) -> &'static str {
        self.into()
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
