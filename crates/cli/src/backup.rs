use std::path::Path;

use ore_persistence::Database;
use ore_settings::Settings;

use crate::console::print;
use crate::{Failure, database};

/// Copies the database as it is at this moment.
pub(crate) fn run(settings: &Settings, file: &Path) -> Result<(), Failure> {
    database::require_file(settings)?;
    Database::new(database::to_read(settings)).backup(file).map_err(Failure::because)?;
    print(&format!("copied the database to {}\n", file.display()))
}
