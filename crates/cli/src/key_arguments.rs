use clap::{Args, Subcommand};
use ore_domain::{ApiKeyId, ServiceAccountId};
use ore_schemas::CreateAccountKeyRequest;

/// What to do with API keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyAction {
    /// List the API keys, expired ones too, the newest first
    #[command(
        after_help = "Example:\n  workflow-server key list\n  workflow-server key list --user ada@example.org\n  workflow-server key list --service-account b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35 --json"
    )]
    List(KeyListArguments),
    /// Show an API key, without its text, which is not stored
    #[command(after_help = "Example:\n  workflow-server key show 3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21")]
    Show {
        /// The id of the API key, as `key list` and the audit log show it
        id: ApiKeyId,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Create a key of a service account, with all permissions of the account; its text is printed only now
    #[command(
        after_help = "Example:\n  (umask 077; workflow-server key create b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35 production > billing.key)\n  workflow-server key create b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35 production --expires-in-days 30 --json"
    )]
    Create(NewKeyArguments),
    /// Delete an API key, of a user or of a service account, which is refused from then on
    #[command(after_help = "Example:\n  workflow-server key revoke 3b0a6c1e-9d1f-4f0e-8a57-6d2f5b1c8f21")]
    Revoke {
        /// The id of the API key, as `key list` and the audit log show it
        id: ApiKeyId,
    },
}

#[derive(Debug, Args)]
pub(crate) struct KeyListArguments {
    /// Only the keys of this user: the address of the account, or its key, as `user list` shows it
    #[arg(long, conflicts_with = "service_account")]
    pub(crate) user: Option<String>,
    /// Only the keys of this service account: its id, as `service-account list` shows it
    #[arg(long, value_name = "ID")]
    pub(crate) service_account: Option<ServiceAccountId>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct NewKeyArguments {
    /// The id of the service account, as `service-account list` shows it
    pub(crate) service_account: ServiceAccountId,
    /// The name by which people recognise the key
    #[arg(value_parser = name)]
    pub(crate) name: String,
    /// The number of days until it expires
    #[arg(
        long,
        value_name = "DAYS",
        default_value_t = CreateAccountKeyRequest::DEFAULT_DAYS,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(CreateAccountKeyRequest::MAX_DAYS))
    )]
    pub(crate) expires_in_days: u32,
    /// Print a JSON array, in which `key` is the text
    #[arg(long)]
    pub(crate) json: bool,
}

/// As the API takes it.
fn name(text: &str) -> Result<String, &'static str> {
    CreateAccountKeyRequest::check_name(text).map_err(|_| "is blank, longer than 100 characters, or not one plain line")
}
