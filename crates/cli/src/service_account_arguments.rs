use clap::{Args, Subcommand};
use ore_domain::{Permission, ServiceAccountId};
use ore_schemas::CreateServiceAccountRequest;

use crate::role_arguments::permission;

/// What to do with service accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum ServiceAccountAction {
    /// List the service accounts, the newest first
    #[command(after_help = "Example:\n  workflow-server service-account list --json")]
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show a service account
    #[command(after_help = "Example:\n  workflow-server service-account show b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35")]
    Show {
        #[command(flatten)]
        account: ServiceAccountArgument,
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Create a service account, which gets keys with `key create`
    #[command(after_help = "Example:\n  workflow-server service-account create billing --permission users.read --json")]
    Create(NewServiceAccountArguments),
    /// Change a service account; what is not given stays as it is
    #[command(
        after_help = "Example:\n  workflow-server service-account update b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35 --permission users.read"
    )]
    Update(ServiceAccountChangeArguments),
    /// Delete a service account and its keys, which are refused from then on
    #[command(
        after_help = "Example:\n  workflow-server service-account delete b7c3a1f0-5e1d-4c8b-9a0e-2f6d4b8c1e35 --yes"
    )]
    Delete {
        #[command(flatten)]
        account: ServiceAccountArgument,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ServiceAccountArgument {
    /// The id of the service account, as `service-account list` shows it
    pub(crate) id: ServiceAccountId,
}

#[derive(Debug, Args)]
pub(crate) struct NewServiceAccountArguments {
    /// The name by which people recognise it
    #[arg(value_parser = name)]
    pub(crate) name: String,
    /// A permission of the account; repeat it for more
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission())]
    pub(crate) permissions: Vec<Permission>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ServiceAccountChangeArguments {
    #[command(flatten)]
    pub(crate) account: ServiceAccountArgument,
    /// The new name
    #[arg(long, value_parser = name)]
    pub(crate) name: Option<String>,
    /// A permission of the account from now on, in place of the present ones; repeat it for more
    #[arg(long = "permission", value_name = "PERMISSION", value_parser = permission())]
    pub(crate) permissions: Vec<Permission>,
    /// Remove all permissions
    #[arg(long, conflicts_with = "permissions")]
    pub(crate) no_permissions: bool,
}

/// As the API takes it.
fn name(text: &str) -> Result<String, &'static str> {
    let checked = CreateServiceAccountRequest::check_name(text);
    checked.map_err(|_| "is blank, longer than 100 characters, or not one plain line")
}
