//! `workflow-server`: see `workflow-server --help`.

use std::io::{self, Write};
use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Gives back what connections and log-ins took, which glibc's keeps (docs/adr/0013-memory.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    if let Err(failure) = ore_cli::leave_libpq_environment() {
        let _ = writeln!(io::stderr(), "{failure}");
        return ExitCode::from(failure.exit_code());
    }
    ExitCode::from(ore_cli::main(std::env::args_os()))
}
