use std::fmt::Write;

use ore_domain::StoreError;
use ore_persistence::{AddressRepairs, AdoptionPreview, Database, Listing, MigrationError, MigrationState, Obstacle};
use ore_settings::Settings;

use crate::arguments::MigrateStep;
use crate::console::{print, printable};
use crate::{Failure, advice, database};

/// Changes or shows the schema of the database.
pub(crate) fn run(settings: &Settings, step: MigrateStep) -> Result<(), Failure> {
    match step {
        MigrateStep::Up => {
            let ran = to_change(settings)?.migrate().map_err(explain_migration)?;
            print(&lines("ran", &ran, "nothing to do\n"))
        }
        MigrateStep::Down { yes: false } => Err(Failure::Usage(
            "migrate down can drop tables with all their rows: back the database up and say `migrate down --yes`"
                .to_owned(),
        )),
        MigrateStep::Down { yes: true } => {
            database::require_file(settings)?;
            let taken_back = to_change(settings)?.revert_last().map_err(explain_migration)?;
            print(&lines("took back", &[taken_back], ""))
        }
        MigrateStep::Status => print(&status(settings).map_err(advice::explain)?),
    }
}

fn to_change(settings: &Settings) -> Result<Database, Failure> {
    let database = Database::new(database::to_write(settings));
    database::await_write_lock(&database)?;
    Ok(database)
}

fn status(settings: &Settings) -> Result<String, StoreError> {
    let database = Database::new(database::to_read(settings));
    let mut text = table(&database.migration_status()?);
    if let Some(missing) = settings.database.url.missing_file() {
        let _ = writeln!(text, "there is no file {}: `workflow-server migrate up` would make it", missing.display());
    }
    if let Some(encoding) = database.unfit_encoding()? {
        let _ = writeln!(text, "in the way: {encoding}");
    }
    if let Some(preview) = database.adoption_preview()? {
        text.push_str(&adoption(&preview));
    }
    text.push_str(&repairs(&database.address_repairs()?));
    let unreadable = database.unreadable_users()?;
    for user in &unreadable.shown {
        let _ = writeln!(text, "cannot log in until the row is fixed: {}", printable(&user.to_string()));
    }
    text.push_str(&unshown("cannot log in", "users", &unreadable));
    Ok(text)
}

/// Why the schema was not changed, and what to do about it.
pub(crate) fn explain_migration(error: MigrationError) -> Failure {
    match error {
        MigrationError::Store(error) => advice::explain(error),
        error @ MigrationError::Rights(_) => {
            Failure::because(format!("{error}; nothing was changed: have the owner do it, or give this role the right"))
        }
        error @ MigrationError::Adoption(_) => Failure::because(format!("{error}; nothing was changed")),
        error => Failure::because(error),
    }
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

/// The effect of `migrate up` on the table of the Python service.
fn adoption(preview: &AdoptionPreview) -> String {
    let is_read = !preview.obstacles.iter().any(|obstacle| matches!(obstacle, Obstacle::NoRightToRead(_)));
    let rows = if is_read { format!(" and has {} rows", preview.users) } else { String::new() };
    let mut text = format!("the table users belongs to the Python service{rows}\n");
    for obstacle in &preview.obstacles {
        let _ = writeln!(text, "in the way: {obstacle}");
    }
    for collision in &preview.collisions.shown {
        let _ = writeln!(text, "in the way: one address of several users: {collision}");
    }
    text.push_str(&unshown("in the way", "addresses of several users", &preview.collisions));
    for refused in &preview.refused.shown {
        let _ = writeln!(text, "cannot log in until the address is changed: {refused}");
    }
    text.push_str(&unshown("cannot log in", "users", &preview.refused));
    let outcome = if preview.is_possible() { "take it over with every row" } else { "refuse and change nothing" };
    let _ = writeln!(text, "`workflow-server migrate up` will {outcome}");
    text
}

/// Users whom the Python service has stored since the adoption.
fn repairs(repairs: &AddressRepairs) -> String {
    let mut text = String::new();
    for user in &repairs.possible.shown {
        let _ = writeln!(text, "not found by the address until `workflow-server migrate up`: {user}");
    }
    text.push_str(&unshown("not found by the address", "users", &repairs.possible));
    for user in &repairs.blocked.shown {
        let _ = writeln!(text, "not found by the address, which is another user's: {user}");
    }
    text.push_str(&unshown("not found by the address", "users", &repairs.blocked));
    text
}

fn unshown<T>(what: &str, of: &str, listing: &Listing<T>) -> String {
    match listing.total - listing.shown.len() {
        0 => String::new(),
        more => format!("{what}: {more} more {of}\n"),
    }
}
