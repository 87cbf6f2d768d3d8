//! `cargo xtask dev`: builds at every change, and lets `workflow-server --reload` take the result over.

mod build;
mod service;
mod sources;

use std::io::{IsTerminal, Write, stdout};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::Result;

use self::build::Build;
use self::service::Service;
use self::sources::Sources;
use crate::console;

/// How often is looked whether the service has ended.
const INTERVAL: Duration = Duration::from_millis(500);

/// Clears a terminal with what has scrolled away, and goes to its first line (ECMA-48).
const CLEAR: &str = "\x1b[2J\x1b[3J\x1b[H";

/// The options of `cargo xtask dev`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed to `workflow-server`: `--port`, …
    #[arg(last = true, value_name = "ARGUMENT")]
    passed_on: Vec<String>,
}

/// Serves until Ctrl-C, and builds whenever a source changes. What fails to build is shown, and the service that there
/// is serves on.
///
/// # Errors
/// When the sources cannot be watched, cargo cannot be run, or the service has ended by itself.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut sources = Sources::watch()?;
    let mut service = None;
    loop {
        clear();
        let begun = Instant::now();
        match Build::run()? {
            Build::Program(program) => {
                console::say(&format!("built in {:.1} s", begun.elapsed().as_secs_f32()));
                if service.is_none() {
                    service = Some(Service::start(&program, &arguments.passed_on)?);
                }
            }
            Build::Failed { first_error } => show(&first_error),
        }
        while let Err(RecvTimeoutError::Timeout) = sources.wait_for_change(INTERVAL) {
            if let Some(service) = &mut service {
                service.check()?;
            }
        }
    }
}

/// On top of an empty screen, without the compiler's other lines.
fn show(first_error: &str) {
    clear();
    console::say(first_error.trim_end());
    console::say("\nwaiting for a change");
}

fn clear() {
    if stdout().is_terminal() {
        // A terminal that has gone away is no reason to fail.
        let _ = write!(stdout(), "{CLEAR}").and_then(|()| stdout().flush());
    }
}
