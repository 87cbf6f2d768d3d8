use std::path::PathBuf;

use clap::{Args, Subcommand};
use ore_domain::{AuditOutcome, ChainLink, PartyFilter, Timestamp};

use crate::one_of::one_of;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Verify that no sealed entry was changed, removed, added, reordered or cut off
    #[command(after_help = "\
Example:
  workflow-server audit verify --head 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    Verify {
        /// A head that was noted earlier, from the log, the metrics or this command: it has to be in the chain
        #[arg(long, value_name = "N:HEX")]
        head: Option<ChainLink>,
    },
    /// List entries, the newest first
    #[command(after_help = "\
Example:
  workflow-server audit list --action auth.login --outcome failure --after 2026-11-29T00:00:00Z --json")]
    List(AuditListArguments),
    /// Write entries into a file that only its owner can read, the oldest first, a JSON object a line
    #[command(after_help = "\
Example:
  workflow-server audit export --before 2027-01-01T00:00:00Z audit-2026.jsonl")]
    Export {
        /// The new file, or - for standard output; an existing file is never overwritten
        #[arg(value_name = "FILE|-")]
        file: PathBuf,
        #[command(flatten)]
        filter: AuditFilterArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AuditListArguments {
    #[command(flatten)]
    pub(crate) filter: AuditFilterArguments,
    /// The most entries to list
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct AuditFilterArguments {
    /// Who did it: a type and an id such as user:7, or an id
    #[arg(long)]
    pub(crate) actor: Option<PartyFilter>,
    /// What it was done to: a type and an id such as user:7, or an id
    #[arg(long)]
    pub(crate) subject: Option<PartyFilter>,
    /// What was done, such as auth.login
    #[arg(long)]
    pub(crate) action: Option<String>,
    /// How it ended
    #[arg(long, value_parser = one_of::<AuditOutcome>())]
    pub(crate) outcome: Option<AuditOutcome>,
    /// At this time or later, such as 2026-11-29T10:00:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) after: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) before: Option<Timestamp>,
}
