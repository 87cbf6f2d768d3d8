use std::path::Path;

use ore_persistence::{Database, DatabaseOptions};

use super::Failure;
use super::console::print;
use crate::settings::Settings;

/// Copies the database as it is at this moment.
pub(super) fn run(settings: &Settings, file: &Path) -> Result<(), Failure> {
    let options = DatabaseOptions::new(settings.database.url.clone(), settings.database.pool_size);
    Database::new(options).backup(file).map_err(Failure::because)?;
    print(&format!("copied the database to {}\n", file.display()))
}
