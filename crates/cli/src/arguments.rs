use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use ore_settings::Overrides;

use crate::audit_arguments::AuditCommand;
use crate::completion_shell::CompletionShell;
use crate::key_arguments::KeyAction;
use crate::keys_arguments::KeysAction;
use crate::mail_arguments::MailAction;
use crate::role_arguments::RoleAction;
use crate::service_account_arguments::ServiceAccountAction;
use crate::user_arguments::UserAction;

/// The web API and the users of the ORE workflow engine.
#[derive(Debug, Parser)]
#[command(
    name = "workflow-server",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Example:\n  workflow-server --port 8001\n  workflow-server user create ada@example.org --admin"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API (what happens without a command, too)
    #[command(after_help = "Example:\n  workflow-server serve --host 127.0.0.1 --port 8001")]
    Serve(ServeArguments),
    /// Print every setting, its value with secrets masked, and where it came from
    #[command(after_help = "Example:\n  workflow-server config")]
    Config {
        /// Print the commented example file instead
        #[arg(long)]
        env_example: bool,
    },
    /// Migrate the database, revert its last migration, or show its migrations
    #[command(after_help = "Example:\n  workflow-server migrate")]
    Migrate {
        /// What to do [default: up]
        #[command(subcommand)]
        step: Option<MigrateStep>,
    },
    /// Copy a SQLite database to a new file while it is in use
    #[command(after_help = "Example:\n  workflow-server backup backup.db")]
    Backup {
        /// The new file; an existing file is never overwritten
        file: PathBuf,
    },
    /// Measure the cost of password hashes on this machine, and propose settings
    #[command(after_help = "Example:\n  workflow-server calibrate --target-ms 200")]
    Calibrate(CalibrateArguments),
    /// Print the OpenAPI document
    #[command(after_help = "Example:\n  workflow-server openapi")]
    Openapi,
    /// Check whether a running server answers: for container health checks
    #[command(after_help = "Example:\n  workflow-server healthcheck --host 127.0.0.1 --port 8001")]
    Healthcheck(AddressArguments),
    /// Check the settings and the database for what is unsafe or missing, before a deployment
    #[command(after_help = "Example:\n  workflow-server doctor")]
    Doctor,
    /// List, export and verify the audit log
    #[command(after_help = "Example:\n  workflow-server audit list --subject user:7")]
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// List and retry unsent mails, or test the mail server
    #[command(after_help = "Example:\n  workflow-server mail list")]
    Mail {
        #[command(subcommand)]
        action: MailAction,
    },
    /// Manage accounts
    #[command(after_help = "Example:\n  workflow-server user list --json")]
    User {
        #[command(subcommand)]
        action: UserAction,
    },
    /// Manage roles, which give users permissions
    #[command(after_help = "Example:\n  workflow-server role list --json")]
    Role {
        #[command(subcommand)]
        action: RoleAction,
    },
    /// Manage the API keys of programs
    #[command(after_help = "Example:\n  workflow-server key list --json")]
    Key {
        #[command(subcommand)]
        action: KeyAction,
    },
    /// Manage the key pairs that sign access tokens
    #[command(after_help = "Example:\n  workflow-server keys list --json")]
    Keys {
        #[command(subcommand)]
        action: KeysAction,
    },
    /// Manage service accounts: programs with API keys of their own
    #[command(after_help = "Example:\n  workflow-server service-account list --json")]
    ServiceAccount {
        #[command(subcommand)]
        action: ServiceAccountAction,
    },
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  workflow-server completions bash > /etc/bash_completion.d/workflow-server")]
    Completions {
        /// The shell
        shell: CompletionShell,
    },
    /// Write a manual page for each command into a directory
    #[command(hide = true, after_help = "Example:\n  workflow-server man target/man")]
    Man {
        /// The directory, which is created if it is missing
        directory: PathBuf,
    },
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct AddressArguments {
    /// Address of the server [default: `BACKEND_HOST`, else 0.0.0.0]
    #[arg(long)]
    host: Option<String>,
    /// Port of the server [default: `BACKEND_PORT`, else 8000]
    #[arg(long)]
    port: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ServeArguments {
    #[command(flatten)]
    address: AddressArguments,
    /// Threads that answer requests [default: `BACKEND_WORKERS`, else one for each core]
    #[arg(long)]
    workers: Option<String>,
    /// Restart when the program or `.env` changes, without refusing requests: for development
    #[arg(long)]
    pub(crate) reload: bool,
}

impl ServeArguments {
    /// The command line of a process that serves as this one would, without watching.
    pub(crate) fn command_line(&self) -> Vec<String> {
        let AddressArguments { host, port } = &self.address;
        let flags = [("--host", host), ("--port", port), ("--workers", &self.workers)];
        let given = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value.clone()?]));
        ["serve".to_owned()].into_iter().chain(given.flatten()).collect()
    }
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct CalibrateArguments {
    /// The longest time of one hash while every slot computes one, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) target_ms: u32,
    /// Hashes computed at once [default: `BACKEND_HASH_SLOTS`, else one for each core]
    #[arg(long)]
    pub(crate) slots: Option<NonZeroUsize>,
    /// The most memory of one slot, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(19..=256))]
    pub(crate) slot_memory_mib: u32,
}

/// The command line as clap knows it, for tools that describe it.
pub fn command() -> clap::Command {
    Arguments::command()
}

impl From<ServeArguments> for Overrides {
    fn from(arguments: ServeArguments) -> Self {
        Self { workers: arguments.workers, ..arguments.address.into() }
    }
}

impl From<AddressArguments> for Overrides {
    fn from(arguments: AddressArguments) -> Self {
        Self { host: arguments.host, port: arguments.port, workers: None }
    }
}

#[derive(Debug, Clone, Copy, Default, Subcommand)]
pub(crate) enum MigrateStep {
    /// Run every migration that has not run
    #[default]
    #[command(after_help = "Example:\n  workflow-server migrate up")]
    Up,
    /// Revert the last migration, which can drop tables with all their rows
    #[command(after_help = "Example:\n  workflow-server migrate down --yes")]
    Down {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Show which migrations have run
    #[command(after_help = "Example:\n  workflow-server migrate status")]
    Status,
}
