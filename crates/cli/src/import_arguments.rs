use std::path::PathBuf;

use clap::Args;
use ore_persistence::DatabaseUrl;
use ore_user_files::{ExportFormat, ImportFormat};

use crate::one_of::one_of;

pub(crate) const IMPORT_EXAMPLE: &str = "Example:
  workflow-server user import users.csv --dry-run
  workflow-server user import users.csv
  workflow-server user import --from postgresql://reader@db.example.org/workflow

The same command again goes on where an interrupted one has stopped.";

pub(crate) const EXPORT_EXAMPLE: &str = "Example:
  workflow-server user export users.csv
  workflow-server user export - --format jsonl | gzip > users.jsonl.gz";

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// A file of users: CSV with a header, JSON lines, or an export of Auth0 or Supabase
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    pub(crate) file: Option<PathBuf>,
    /// Take the users of a database of the Python service instead
    #[arg(long, value_name = "DATABASE_URL")]
    pub(crate) from: Option<DatabaseUrl>,
    /// What the file is [default: what its fields say]
    #[arg(long, conflicts_with = "from", value_parser = one_of::<ImportFormat>())]
    pub(crate) format: Option<ImportFormat>,
    /// Only say what would become of each user
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The file to make, in the form that its name ends in (.csv or .jsonl), or `-` for standard output; one that is there
    /// is never overwritten
    #[arg(value_name = "FILE|-")]
    pub(crate) file: PathBuf,
    /// How the file is written [default: what the name ends in, csv for standard output]
    #[arg(long, value_parser = one_of::<ExportFormat>())]
    pub(crate) format: Option<ExportFormat>,
}
