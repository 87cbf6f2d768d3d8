//! `cargo xtask doctor`: what is missing on this machine, or wrong with a deployment as one sees it from outside.

mod deployment;

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::console::say;
use crate::setup::TOOLS;

/// The options of `cargo xtask doctor`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Look at the deployment that answers here instead, such as `https://api.example.org`; repeated for replicas of one
    #[arg(long, value_name = "URL")]
    url: Vec<String>,
    /// A file with an access token, with which each of the URLs is asked: all must take it, or none
    #[arg(long, value_name = "FILE", requires = "url")]
    token_file: Option<PathBuf>,
}

/// Prints what it finds.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.url.is_empty() {
        show_tools();
        return Ok(());
    }
    let faults = deployment::examine(&arguments.url, arguments.token_file.as_deref())?;
    for fault in &faults {
        say(fault);
    }
    if !faults.is_empty() {
        bail!("faults: {}", faults.len());
    }
    say("no problems found");
    Ok(())
}

fn show_tools() {
    for tool in &TOOLS {
        let state = match ((tool.find)(), tool.packages) {
            (Some(_), _) => "here".to_owned(),
            (None, "") => "missing".to_owned(),
            (None, packages) => format!("missing: the package {packages}"),
        };
        say(&format!("{:<30} {state:<36} for {}", tool.name, tool.needed_by));
    }
    say("`cargo xtask setup` installs the packages that are missing");
}
