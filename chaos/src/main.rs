//! Brings faults upon a running `workflow-server` and looks at what it does: `cargo xtask chaos`.

mod context;
mod kit;
mod report;
mod run;
mod scenarios;
mod tools;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    match run::run(run::Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            ore_harness::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
