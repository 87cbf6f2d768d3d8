//! Injects faults into a running `workflow-server` and looks at what it does: `cargo xtask chaos`.

mod context;
mod kit;
mod report;
mod run;
mod scenarios;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    run::run(run::Arguments::parse())
}
