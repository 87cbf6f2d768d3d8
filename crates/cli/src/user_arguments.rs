use clap::{Args, Subcommand};

use crate::import_arguments::{EXPORT_EXAMPLE, ExportArguments, IMPORT_EXAMPLE, ImportArguments};

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum UserAction {
    /// Create an account; the password comes from the terminal or standard input
    #[command(
        after_help = "Example:\n  workflow-server user create ada@example.org\n  workflow-server user create ada@example.org --admin\n  workflow-server user create ada@example.org --invite"
    )]
    Create(CreateArguments),
    /// List every account; one that cannot be read is listed with its key and the reason
    #[command(after_help = "Example:\n  workflow-server user list\n  workflow-server user list --json")]
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show an account
    #[command(after_help = "Example:\n  workflow-server user show ada@example.org")]
    Show(ShowArguments),
    /// Set the password of an account; it comes from the terminal or standard input
    #[command(after_help = "Example:\n  workflow-server user set-password ada@example.org")]
    SetPassword(UserArgument),
    /// Send a mail with a link that sets the password, at most one in a minute
    #[command(after_help = "Example:\n  workflow-server user invite ada@example.org")]
    Invite(UserArgument),
    /// List the sessions of a user, the last used first
    #[command(after_help = "Example:\n  workflow-server user sessions ada@example.org --json")]
    Sessions(ShowArguments),
    /// End every session of a user
    #[command(after_help = "Example:\n  workflow-server user logout ada@example.org")]
    Logout(UserArgument),
    /// Reset the failed log-ins of an account, which delay or lock it
    #[command(after_help = "Example:\n  workflow-server user unlock ada@example.org")]
    Unlock(UserArgument),
    /// Show or reset the second factors of a user
    #[command(after_help = "Example:\n  workflow-server user mfa show ada@example.org")]
    Mfa {
        #[command(subcommand)]
        action: MfaAction,
    },
    /// Grant a user a role
    #[command(after_help = "Example:\n  workflow-server user grant ada@example.org admin")]
    Grant(GrantArguments),
    /// Revoke a role from a user
    #[command(after_help = "Example:\n  workflow-server user revoke ada@example.org admin")]
    Revoke(GrantArguments),
    /// Enable a user, who can log in again
    #[command(after_help = "Example:\n  workflow-server user activate ada@example.org")]
    Activate(UserArgument),
    /// Disable a user, who can neither log in nor use tokens
    #[command(after_help = "Example:\n  workflow-server user deactivate ada@example.org")]
    Deactivate(UserArgument),
    /// Delete an account, with its sessions and what is stored of the address
    #[command(after_help = "Example:\n  workflow-server user delete ada@example.org --yes")]
    Delete {
        #[command(flatten)]
        user: UserArgument,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Import accounts from a file or a database of another service, with the hashes of their passwords
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(ImportArguments),
    /// Export every account to a file, with the hash of its password
    #[command(after_help = EXPORT_EXAMPLE)]
    Export(ExportArguments),
}

/// What to do with the second factors of a user.
#[derive(Debug, Subcommand)]
pub(crate) enum MfaAction {
    /// Show which second factors a user has
    #[command(after_help = "Example:\n  workflow-server user mfa show ada@example.org --json")]
    Show(ShowArguments),
    /// Remove the second factors of a user who has lost them
    #[command(after_help = "Example:\n  workflow-server user mfa reset ada@example.org")]
    Reset(UserArgument),
}

#[derive(Debug, Args)]
pub(crate) struct UserArgument {
    /// The address of the account, or its key, as `user list` shows it
    pub(crate) user: String,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) user: UserArgument,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GrantArguments {
    #[command(flatten)]
    pub(crate) user: UserArgument,
    /// The name of the role
    pub(crate) role: String,
}

#[derive(Debug, Args)]
pub(crate) struct CreateArguments {
    /// The address of the account
    pub(crate) email: String,
    /// Give the user the role `admin`
    #[arg(long)]
    pub(crate) admin: bool,
    /// Ask for no password, and send a mail with a link that sets it
    #[arg(long)]
    pub(crate) invite: bool,
}
