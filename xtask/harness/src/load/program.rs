//! A program whose work has parts, each of which goes well, goes wrong, or cannot be done on this machine.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::ValueEnum;
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::{Guard, Tools};

/// As shells number an end by Ctrl-C.
const INTERRUPTED: u8 = 130;

/// The parts of a program's work as an enum that [`Choice`] takes, in the order in which they run, and what does each.
#[macro_export]
macro_rules! parts {
    (
        $(#[$about:meta])* enum $parts:ident of $context:ty;
        $($(#[$document:meta])* $part:ident => $run:expr,)*
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
        pub(crate) enum $parts {
            $($(#[$document])* $part,)*
        }

        impl $parts {
            pub(crate) async fn run(self, context: &$context) -> anyhow::Result<()> {
                match self {
                    $(Self::$part => ($run)(context).await,)*
                }
            }
        }
    };
}

/// Options that choose the parts.
#[derive(Debug, clap::Args)]
pub struct Choice<P: ValueEnum + Send + Sync + 'static> {
    /// Do this one alone; can be repeated
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<P>,
    /// Small numbers, which show that everything works and little else
    #[arg(long)]
    pub quick: bool,
    /// Write the results to this file, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// The programs
    #[command(flatten)]
    pub tools: Tools,
}

impl<P: ValueEnum + PartialEq + Send + Sync + 'static> Choice<P> {
    /// The chosen parts in their order, each with its name.
    pub fn parts(&self) -> impl Iterator<Item = (P, String)> {
        let name = |part: &P| part.to_possible_value().map(|it| it.get_name().to_owned()).unwrap_or_default();
        let chosen = P::value_variants().iter().filter(|part| self.only.is_empty() || self.only.contains(part));
        chosen.map(move |part| (part.clone(), name(part)))
    }

    /// Whether everything is measured, and not quickly.
    pub fn is_whole(&self) -> bool {
        self.only.is_empty() && !self.quick
    }

    /// The mode as people read it.
    pub fn mode(&self) -> &'static str {
        if self.quick { "quick" } else { "full" }
    }

    /// Writes the results if a file is named for them.
    pub fn write_json(&self, results: &Value) -> Result<()> {
        let Some(file) = &self.json else { return Ok(()) };
        Ok(fs_err::write(file, format!("{results:#}\n"))?)
    }
}

/// Does the work until it is done or interrupted, which ends all processes, and says what the program ends with.
pub fn drive(name: &str, work: impl AsyncFnOnce(&Guard) -> Result<ExitCode>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let guard = Guard::start(name)?;
    let result = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        // Dropping the work ends its processes.
        tokio::select! {
            result = work(&guard) => result,
            _ = interrupt.recv() => Ok(ExitCode::from(INTERRUPTED)),
            _ = terminate.recv() => Ok(ExitCode::from(INTERRUPTED)),
        }
    });
    // What is left of a load would open new connections while its servers end.
    drop(runtime);
    result
}
