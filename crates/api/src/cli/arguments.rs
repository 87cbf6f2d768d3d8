use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use ore_settings::Overrides;

use super::audit_arguments::AuditCommand;
use super::import_arguments::{EXPORT_EXAMPLE, ExportArguments, IMPORT_EXAMPLE, ImportArguments};

/// The web API and the users of the ORE workflow engine.
#[derive(Debug, Parser)]
#[command(name = "workflow-server", version, args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve the API (what happens without a command, too)
    Serve(ServeArguments),
    /// Print every setting, its value with secrets masked, and where it came from
    Config {
        /// Print the commented example file instead
        #[arg(long)]
        env_example: bool,
    },
    /// Bring the schema of the database up to date, take back its last step, or show how it is
    Migrate {
        /// What to do [default: up]
        #[command(subcommand)]
        step: Option<MigrateStep>,
    },
    /// Copy a SQLite database to a new file while it is in use
    Backup {
        /// The file to make; one that is there is never overwritten
        file: PathBuf,
    },
    /// Measure on this machine what password hashes cost, and propose settings
    Calibrate(CalibrateArguments),
    /// Print the OpenAPI document
    Openapi,
    /// Ask a running server whether it answers: for container health checks
    Healthcheck(AddressArguments),
    /// Say what is unsafe or missing in the settings and the database, before a deployment
    Doctor,
    /// Look at the audit log, and whether it was changed
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Look after the mails that wait, or try the mail server out
    Mail {
        #[command(subcommand)]
        action: MailAction,
    },
    /// Look after accounts
    User {
        #[command(subcommand)]
        action: UserAction,
    },
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct AddressArguments {
    /// Address of the server [default: `BACKEND_HOST`, else 0.0.0.0]
    #[arg(long)]
    host: Option<String>,
    /// Port of the server [default: `BACKEND_PORT`, else 8000]
    #[arg(long)]
    port: Option<String>,
}

#[derive(Debug, Clone, Default, Args)]
pub(super) struct ServeArguments {
    #[command(flatten)]
    address: AddressArguments,
    /// Threads that answer requests [default: `BACKEND_WORKERS`, else one for each core]
    #[arg(long)]
    workers: Option<String>,
    /// Start anew when the program itself or `.env` changes, refusing no request: for development
    #[arg(long)]
    pub(super) reload: bool,
}

impl ServeArguments {
    /// The command line of a process that serves as this one would, without watching.
    pub(super) fn command_line(&self) -> Vec<String> {
        let AddressArguments { host, port } = &self.address;
        let flags = [("--host", host), ("--port", port), ("--workers", &self.workers)];
        let given = flags.into_iter().filter_map(|(flag, value)| Some([flag.to_owned(), value.clone()?]));
        ["serve".to_owned()].into_iter().chain(given.flatten()).collect()
    }
}

#[derive(Debug, Clone, Copy, Args)]
pub(super) struct CalibrateArguments {
    /// What one hash may take while every slot computes one, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 250, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) target_ms: u32,
    /// Hashes computed at once [default: `BACKEND_HASH_SLOTS`, else one for each core]
    #[arg(long)]
    pub(super) slots: Option<NonZeroUsize>,
    /// Most memory that one slot may take, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u32).range(19..=256))]
    pub(super) slot_memory_mib: u32,
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
pub(super) enum MigrateStep {
    /// Run every migration that has not run
    #[default]
    Up,
    /// Take the last migration back, which can drop tables with all their rows
    Down {
        /// Do it
        #[arg(long)]
        yes: bool,
    },
    /// Show which migrations have run
    Status,
}

#[derive(Debug, Subcommand)]
pub(super) enum MailAction {
    /// List the mails that were not sent: key, state, kind, user, time of writing, attempts, time of the next, last error
    List,
    /// Try mails again that were given up, all or one
    Retry {
        /// The key of the mail, as `mail list` shows it
        id: Option<String>,
    },
    /// Send a mail at once to see that mails arrive
    Test {
        /// The address that it goes to
        email: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum UserAction {
    /// Make an account; the password comes from the terminal or standard input
    Create {
        /// The address of the account
        email: String,
    },
    /// List every account: key, state, time of making, address; of one that cannot be read the key and why
    List,
    /// Set the password of an account; it comes from the terminal or standard input
    SetPassword {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
    },
    /// Forget that log-ins of an account failed, which delays or locks them
    Unlock {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
    },
    /// Give a user a role
    Grant {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
        /// The name of the role
        role: String,
    },
    /// Take a role from a user
    Revoke {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
        /// The name of the role
        role: String,
    },
    /// Let a user log in again
    Activate {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
    },
    /// Keep a user from logging in and from using tokens
    Deactivate {
        /// The address of the account, or its key, as `user list` shows it
        user: String,
    },
    /// Take over accounts from a file or a database of another service, with the hashes of their passwords
    #[command(after_help = IMPORT_EXAMPLE)]
    Import(ImportArguments),
    /// Write every account to a file, with the hash of its password
    #[command(after_help = EXPORT_EXAMPLE)]
    Export(ExportArguments),
}
