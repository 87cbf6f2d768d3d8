//! Measures `workflow-server` and the limits of the machine: `cargo xtask bench`.

mod cases;
mod context;
mod kit;
mod report;
mod run;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

fn main() -> Result<ExitCode> {
    run::run(&run::Arguments::parse())
}
