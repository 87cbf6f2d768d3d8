//! `workflow-server`: see `workflow-server --help`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Gives back what connections and log-ins took, which glibc's keeps (docs/adr/0013-memory.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(ore_api::cli::main(std::env::args_os()))
}
