//! The database as commands use it: read without waiting, written to with timeout that ends.

use std::io::{self, Write};
use std::num::NonZeroU32;
use std::time::Duration;

use ore_persistence::{Database, DatabaseOptions, LockTimeout, WriteLockError};
use ore_settings::Settings;

use crate::{Failure, advice};

/// Nobody looks at a silent command for longer without wondering, and nobody wants to look for longer altogether.
const ANSWER_TIMEOUT: LockTimeout =
    LockTimeout { before_notice: Duration::from_secs(1), after_notice: Duration::from_secs(9) };

/// For commands that change nothing.
pub(crate) fn to_read(settings: &Settings) -> DatabaseOptions {
    DatabaseOptions { only_reads: true, ..to_write(settings) }
}

/// For the others. A command asks one thing after the other, on one connection.
pub(crate) fn to_write(settings: &Settings) -> DatabaseOptions {
    let options = DatabaseOptions { pool_size: NonZeroU32::MIN, ..settings.database.options() };
    if settings.database.url.is_postgres() {
        return options;
    }
    DatabaseOptions { migration_lock_timeout: ANSWER_TIMEOUT.after_notice, ..options }
}

/// Refuses a SQLite file that is not there, which a command would otherwise make and then find empty.
pub(crate) fn require_file(settings: &Settings) -> Result<(), Failure> {
    let Some(missing) = settings.database.url.missing_file() else { return Ok(()) };
    let missing = missing.display();
    Err(Failure::because(format!("there is no database {missing}; is BACKEND_DATABASE_URL right?")))
}

/// Refuses a database whose schema is older, for commands that change nothing and so migrate nothing either.
pub(crate) fn require_schema(database: &Database) -> Result<(), Failure> {
    let states = database.migration_status().map_err(advice::explain)?;
    if states.iter().any(|state| !state.applied) {
        return Err(Failure::because("migrations are pending: run `workflow-server migrate up` first"));
    }
    Ok(())
}

/// Waits for another process that writes to SQLite, and says so.
pub(crate) fn await_write_lock(database: &Database) -> Result<(), Failure> {
    let tell = || {
        let _ = writeln!(io::stderr(), "waiting for another process that is writing to the database");
    };
    database.await_write_lock(ANSWER_TIMEOUT, tell).map_err(|error| match error {
        WriteLockError::Held => Failure::because(format!(
            "{error} within {} seconds; nothing was changed: try again, or end that process",
            (ANSWER_TIMEOUT.before_notice + ANSWER_TIMEOUT.after_notice).as_secs()
        )),
        WriteLockError::Store(error) => advice::explain(error),
    })
}
