use std::env;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::Failure;

/// The prefix of libpq's variables (PostgreSQL documentation, 34.15).
const PREFIX: &[u8] = b"PG";

/// Starts this program again, as the same process, without the variables of libpq if there are any.
///
/// libpq reads them by itself, and what they say would count beside `BACKEND_DATABASE_URL`: `PGHOSTADDR` leads to another
/// host, `PGSERVICE` and `PGTZ` have no parameter that could overrule them. No safe code can take a variable from a
/// running process.
///
/// # Errors
/// When the program cannot be started again.
pub fn leave_libpq_environment() -> Result<(), Failure> {
    let names = env::vars_os().map(|(name, _)| name).filter(|name| name.as_bytes().starts_with(PREFIX));
    let names: Vec<_> = names.collect();
    if names.is_empty() {
        return Ok(());
    }
    let error = match env::current_exe() {
        Ok(program) => {
            let mut arguments = env::args_os();
            let mut command = Command::new(program);
            command.arg0(arguments.next().unwrap_or_default()).args(arguments);
            for name in &names {
                command.env_remove(name);
            }
            command.exec()
        }
        Err(error) => error,
    };
    let names: Vec<_> = names.iter().map(|name| name.to_string_lossy()).collect();
    Err(Failure::Usage(format!(
        "cannot start without {}, which libpq would read; unset them: {error}",
        names.join(", ")
    )))
}
