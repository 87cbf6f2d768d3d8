//! `workflow-server`: see `workflow-server --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = actix_web::rt::System::new().block_on(ore_api::cli::run(std::env::args_os()));
    ExitCode::from(code)
}
