//! `cargo xtask cluster`: the service with all that stands around it, on this machine and without containers.

use std::num::NonZeroU8;

use anyhow::Result;

use crate::setup::LINTERS;
use crate::{chaos, process};

/// The options of `cargo xtask cluster`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Processes of the service
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    replicas: NonZeroU8,
    /// Build the service with optimisations
    #[arg(long)]
    release: bool,
    /// Send requests of all kinds for a while, check that every panel of the dashboard has data, and end
    #[arg(long)]
    check: bool,
    /// How long requests are sent for `--check`
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "check")]
    seconds: u64,
}

/// Lets `ore-chaos` start everything, print where it is, and run until Ctrl-C or for the time of a check.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut options = vec!["--cluster".to_owned(), arguments.replicas.to_string()];
    options.extend((!arguments.release).then(|| "--quick".to_owned()));
    if arguments.check {
        options.extend(["--check-seconds".to_owned(), arguments.seconds.to_string()]);
    }
    chaos::run_with("cluster", &options, None)?;
    if !arguments.check {
        return Ok(());
    }
    // The rules and the dashboard name series that a replica has.
    let metrics = "target/chaos/cluster/metrics.log";
    process::run(LINTERS.program("python")?.args(["deploy/monitoring/check-metrics", metrics]))
}
