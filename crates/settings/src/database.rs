//! Where the data lives.

use std::num::NonZeroU32;

use ore_persistence::{DatabaseOptions, DatabaseUrl, DatabaseUrlError, Pooler};

use super::declaration::DefaultValue::{NotSet, Text, TwiceCores};
use super::declaration::SettingSpec;
use super::fault::Fault;
use super::form::{BOOLEAN, Form, Rejected, choice, number, secret};
use super::table::settings;
use super::values::Values;

/// Passes in production too.
const POSTGRES_EXAMPLE: &str = "postgresql://user:password@db.internal/ore?sslmode=verify-full";
const URL: Form<DatabaseUrl> = secret("database-url", |text| {
    let is_postgres = text.trim_start().to_ascii_lowercase().starts_with("postgres");
    let example = is_postgres.then_some(POSTGRES_EXAMPLE);
    text.parse().map_err(|error: DatabaseUrlError| Rejected { is_sentence: true, example, ..error.into() })
});

settings! {
    /// The settings of the database.
    pub struct DatabaseSettings in "Database" {
        /// Database: sqlite:///relative.db, sqlite:////absolute.db, sqlite:// (memory) or postgresql://user@host/name.
        DATABASE_URL(URL, Text("sqlite:///./app.db"), "sqlite:///./app.db") => url: DatabaseUrl;
        /// The same PostgreSQL database for migrations, as a role that owns its tables; that of BACKEND_DATABASE_URL
        /// need only change rows then.
        DATABASE_MIGRATION_URL(URL, NotSet, "postgresql://owner@host/name") => migration_url: Option<DatabaseUrl>;
        /// Most connections to the database open at once, whatever for; of those to PostgreSQL one is for probes and
        /// migrations.
        // Well above the connections that PostgreSQL allows unless told otherwise (100).
        DATABASE_POOL_SIZE(
            number::<NonZeroU32>(1, 1000, "a number of connections"), TwiceCores, "8"
        ) => pool_size: NonZeroU32;
        /// Connection pooler in front of PostgreSQL: transaction for PgBouncer with pool_mode = transaction and its
        /// like, or none.
        DATABASE_POOLER(choice::<Pooler>("a kind of pooler"), Text("none"), "transaction") => pooler: Pooler;
        /// Bring the database schema up to date at start.
        AUTO_MIGRATE(BOOLEAN, Text("true"), "false") => auto_migrate: bool;
    }
}

impl DatabaseSettings {
    /// How the database is used.
    pub fn options(&self) -> DatabaseOptions {
        let options = DatabaseOptions::new(self.url.clone(), self.pool_size);
        DatabaseOptions { pooler: self.pooler, migration_url: self.migration_url.clone(), ..options }
    }

    pub(super) fn check(&mut self, values: &mut Values) {
        refuse_in_the_clear(values, &DATABASE_URL, &self.url);
        let Some(migration_url) = &self.migration_url else { return };
        // Of a URL that was refused, nobody knows what it was to be.
        if migration_url.is_postgres() && (self.url.is_postgres() || values.is_faulty(&DATABASE_URL)) {
            refuse_in_the_clear(values, &DATABASE_MIGRATION_URL, migration_url);
        } else {
            let reason = "is not used: SQLite has no roles, and both URLs have to name one PostgreSQL database";
            values.warn(&DATABASE_MIGRATION_URL, reason);
            self.migration_url = None;
        }
    }
}

fn refuse_in_the_clear(values: &mut Values, spec: &'static SettingSpec, url: &DatabaseUrl) {
    if values.is_production() && url.is_remote_without_tls() && !url.disables_tls_explicitly() {
        let problem =
            "production reaches a remote PostgreSQL over TLS alone, or says sslmode=disable where the network is safe";
        values.add(spec, Fault { example: Some(spec.assignment(POSTGRES_EXAMPLE)), ..Fault::of(spec, problem) });
    }
}
