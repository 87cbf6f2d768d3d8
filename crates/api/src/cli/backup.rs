use std::path::Path;

use ore_persistence::Database;

use super::Failure;
use super::console::print;
use crate::settings::Settings;

/// Copies the database as it is at this moment.
pub(super) fn run(settings: &Settings, file: &Path) -> Result<(), Failure> {
    if let Some(missing) = settings.database.url.missing_file() {
        let missing = missing.display();
        return Err(Failure::because(format!("there is no database {missing}; is BACKEND_DATABASE_URL right?")));
    }
    Database::new(settings.database.options()).backup(file).map_err(Failure::because)?;
    print(&format!("copied the database to {}\n", file.display()))
}
