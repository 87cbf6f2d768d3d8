//! Where the data lives.

use std::num::NonZeroU32;

use ore_persistence::{DatabaseOptions, DatabaseUrl, Pooler};

use super::spec::SettingSpec;
use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// Passes in production too.
const POSTGRES_EXAMPLE: &str = "postgresql://user:password@db.internal/ore?sslmode=verify-full";

/// The settings of the database.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// The database.
    pub url: DatabaseUrl,
    /// The same database for the role that migrates, where that is another one.
    pub migration_url: Option<DatabaseUrl>,
    /// Most connections open at once.
    pub pool_size: NonZeroU32,
    /// The pooler between the service and PostgreSQL.
    pub pooler: Pooler,
    /// Whether the schema is brought up to date at start.
    pub auto_migrate: bool,
}

impl DatabaseSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let url = read_url(values);
        let migration_url = read_migration_url(values, url.as_ref().ok());
        let pool_size = values.read_count(&catalogue::DATABASE_POOL_SIZE, "a number of connections");
        let pooler = values.read(&catalogue::DATABASE_POOLER, parse::from_str);
        let auto_migrate = values.read(&catalogue::AUTO_MIGRATE, parse::boolean);
        Ok(Self {
            url: url?,
            migration_url: migration_url?,
            pool_size: pool_size?,
            pooler: pooler?,
            auto_migrate: auto_migrate?,
        })
    }

    /// How the database is used.
    pub fn options(&self) -> DatabaseOptions {
        let options = DatabaseOptions::new(self.url.clone(), self.pool_size);
        DatabaseOptions { pooler: self.pooler, migration_url: self.migration_url.clone(), ..options }
    }
}

fn read_url(values: &mut Values) -> Result<DatabaseUrl, Invalid> {
    let (parsed, is_postgres) = values.read(&catalogue::DATABASE_URL, |text| {
        Ok((text.parse::<DatabaseUrl>(), text.trim_start().to_ascii_lowercase().starts_with("postgres")))
    })?;
    let url = parsed.map_err(|error| match error.to_string() {
        problem if is_postgres => values.refuse_with_example(&catalogue::DATABASE_URL, &problem, POSTGRES_EXAMPLE),
        problem => values.refuse(&catalogue::DATABASE_URL, problem),
    })?;
    refuse_in_the_clear(values, &catalogue::DATABASE_URL, &url)?;
    Ok(url)
}

fn read_migration_url(values: &mut Values, url: Option<&DatabaseUrl>) -> Result<Option<DatabaseUrl>, Invalid> {
    let setting = &catalogue::DATABASE_MIGRATION_URL;
    let parsed = values.read_optional(setting, |text| Ok(text.parse::<DatabaseUrl>()))?;
    let migration_url = match parsed {
        None => return Ok(None),
        Some(Ok(migration_url)) => migration_url,
        Some(Err(error)) => return Err(values.refuse(setting, error.to_string())),
    };
    if !migration_url.is_postgres() || url.is_some_and(|url| !url.is_postgres()) {
        values.warn(setting, "is not used: SQLite has no roles, and both URLs have to name one PostgreSQL database");
        return Ok(None);
    }
    refuse_in_the_clear(values, setting, &migration_url)?;
    Ok(Some(migration_url))
}

fn refuse_in_the_clear(values: &mut Values, setting: &SettingSpec, url: &DatabaseUrl) -> Result<(), Invalid> {
    let in_the_clear = url.is_remote_without_tls() && !url.disables_tls_explicitly();
    if in_the_clear && values.environment().is_production() {
        let problem =
            "production reaches a remote PostgreSQL over TLS alone, or says sslmode=disable where the network is safe";
        return Err(values.refuse_with_example(setting, problem, POSTGRES_EXAMPLE));
    }
    Ok(())
}
