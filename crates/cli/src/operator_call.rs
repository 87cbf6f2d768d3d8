//! The base of the commands for operators.

use std::sync::Arc;

use ore_server::backend::Backend;
use ore_services::{AdministrationError, Services};
use ore_settings::Settings;

use crate::{Failure, advice, database, migrate};

pub(crate) const NO_MAIL: &str = "no mail is configured: set BACKEND_SMTP_URL and BACKEND_MAIL_FROM";

/// The use cases on the database itself.
pub(crate) struct OperatorCall {
    pub(crate) backend: Backend,
    pub(crate) services: Services,
}

impl OperatorCall {
    /// For what changes nothing, and so migrates nothing and makes no file.
    pub(crate) fn to_read(settings: &Settings) -> Result<Self, Failure> {
        refuse_memory(settings)?;
        database::require_file(settings)?;
        let backend = Backend::with_database(settings, database::to_read(settings))?;
        database::require_schema(&backend.database)?;
        Self::on(settings, backend)
    }

    /// For what changes what is there.
    pub(crate) fn to_change(settings: &Settings) -> Result<Self, Failure> {
        refuse_memory(settings)?;
        database::require_file(settings)?;
        Self::to_make(settings)
    }

    /// For what may be the first thing that is done to a database, which is migrated.
    pub(crate) fn to_make(settings: &Settings) -> Result<Self, Failure> {
        refuse_memory(settings)?;
        let backend = Backend::with_database(settings, database::to_write(settings))?.with_keys(settings)?;
        database::await_write_lock(&backend.database)?;
        if settings.database.auto_migrate {
            backend.database.migrate().map_err(migrate::explain_migration)?;
        }
        Self::on(settings, backend)
    }

    fn on(settings: &Settings, backend: Backend) -> Result<Self, Failure> {
        let services = backend.services(settings, Arc::clone(&backend.store))?;
        Ok(Self { backend, services })
    }
}

pub(crate) fn refuse_memory(settings: &Settings) -> Result<(), Failure> {
    if settings.database.url.is_memory() {
        let fault = "BACKEND_DATABASE_URL names a database in memory: what is done to it here ends with this command";
        return Err(Failure::Usage(fault.to_owned()));
    }
    Ok(())
}

/// Why nothing was done; `missing` is what there is none of.
pub(crate) fn explain(error: AdministrationError, missing: &str) -> Failure {
    match error {
        AdministrationError::Store(error) => advice::explain_store(&error),
        AdministrationError::NotFound => Failure::because(missing),
        refused => Failure::because(refused),
    }
}
