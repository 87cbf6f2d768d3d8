use std::path::Path;

use ore_persistence::Database;
use ore_settings::Settings;

use super::console::print;
use super::{Failure, database};

/// Copies the database as it is now.
pub(super) fn run(settings: &Settings, file: &Path) -> Result<(), Failure> {
    database::require_file(settings)?;
    Database::new(database::to_read(settings)).backup(file).map_err(Failure::because)?;
    print(&format!("copied the database to {}\n", file.display()))
}
