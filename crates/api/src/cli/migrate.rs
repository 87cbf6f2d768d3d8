use std::fmt::Write;

use ore_persistence::{Database, DatabaseOptions, MigrationState};

use super::Failure;
use super::arguments::MigrateStep;
use super::run::print;
use crate::settings::Settings;

/// Changes or shows the schema of the database.
pub(super) fn run(settings: &Settings, step: MigrateStep) -> Result<(), Failure> {
    let options = DatabaseOptions::new(settings.database.url.clone(), settings.database.pool_size);
    let database = Database::new(options);
    match step {
        MigrateStep::Up => print(&lines("ran", &database.migrate().map_err(explain)?, "nothing to do\n")),
        MigrateStep::Down => print(&lines("took back", &[database.revert_last().map_err(explain)?], "")),
        MigrateStep::Status => print(&table(&database.migration_status().map_err(explain)?)),
    }
}

fn explain(error: impl std::fmt::Display) -> Failure {
    Failure::because(format!("{error}; check BACKEND_DATABASE_URL and that the database runs"))
}

fn lines(did: &str, names: &[String], otherwise: &str) -> String {
    if names.is_empty() {
        return otherwise.to_owned();
    }
    names.iter().fold(String::new(), |mut text, name| {
        let _ = writeln!(text, "{did} {name}");
        text
    })
}

fn table(states: &[MigrationState]) -> String {
    states.iter().fold(String::new(), |mut text, state| {
        let word = match (state.applied, state.known) {
            (true, true) => "applied",
            (true, false) => "applied by a newer version",
            (false, _) => "pending",
        };
        let _ = writeln!(text, "{:<40} {word}", state.name);
        text
    })
}
