//! `workflow-server`: see `workflow-server --help`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Gives back what connections and log-ins took, which glibc's keeps (docs/adr/0013-memory.md).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let code = actix_web::rt::System::new().block_on(ore_api::cli::run(std::env::args_os()));
    ExitCode::from(code)
}
