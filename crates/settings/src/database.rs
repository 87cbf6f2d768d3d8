//! Where the data lives.

use std::num::NonZeroU32;

use ore_persistence::{DatabaseOptions, DatabaseUrl, Pooler};

use super::values::{Invalid, Values};
use super::{catalogue, parse};

/// Passes in production too.
const POSTGRES_EXAMPLE: &str = "postgresql://user:password@db.internal/ore?sslmode=verify-full";

/// Where the data lives.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// The database.
    pub url: DatabaseUrl,
    /// Most connections open at once.
    pub pool_size: NonZeroU32,
    /// What shares the connections of PostgreSQL among its clients.
    pub pooler: Pooler,
    /// Whether the schema is brought up to date at start.
    pub auto_migrate: bool,
}

impl DatabaseSettings {
    pub(super) fn read(values: &mut Values) -> Result<Self, Invalid> {
        let url = read_url(values);
        let pool_size = values.read_count(&catalogue::DATABASE_POOL_SIZE, "a number of connections");
        let pooler = values.read(&catalogue::DATABASE_POOLER, parse::from_str);
        let auto_migrate = values.read(&catalogue::AUTO_MIGRATE, parse::boolean);
        Ok(Self { url: url?, pool_size: pool_size?, pooler: pooler?, auto_migrate: auto_migrate? })
    }

    /// How the database is used.
    pub fn options(&self) -> DatabaseOptions {
        DatabaseOptions { pooler: self.pooler, ..DatabaseOptions::new(self.url.clone(), self.pool_size) }
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
    let in_the_clear = url.is_remote_without_tls() && !url.disables_tls_explicitly();
    if in_the_clear && values.environment().is_production() {
        let problem =
            "production reaches a remote PostgreSQL over TLS alone, or says sslmode=disable where the network is safe";
        return Err(values.refuse_with_example(&catalogue::DATABASE_URL, problem, POSTGRES_EXAMPLE));
    }
    Ok(url)
}
