use clap::Subcommand;

/// What to do about mails.
#[derive(Debug, Subcommand)]
pub(crate) enum MailAction {
    /// List the mails that were not sent
    #[command(after_help = "Example:\n  workflow-server mail list")]
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Retry one mail that was given up, or all of them
    #[command(
        after_help = "Example:\n  workflow-server mail retry\n  workflow-server mail retry 7f0c3c1e-1d8a-4b52-9a57-0d6f5b2f8f10"
    )]
    Retry {
        /// The key of the mail, as `mail list` shows it
        id: Option<String>,
    },
    /// Send a test mail at once
    #[command(after_help = "Example:\n  workflow-server mail test ada@example.org")]
    Test {
        /// The address that it goes to
        email: String,
    },
}
