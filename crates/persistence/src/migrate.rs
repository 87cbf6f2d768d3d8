use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use ore_domain::{StoreError, UnreadableUser, Users};
use r2d2::ManageConnection;

use crate::adopt;
use crate::adoption::{self, AddressRepairs, AdoptionPreview, Listing};
use crate::any_connection::{AnyConnection, MultiBackend};
use crate::connect::Timeouts;
use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::encoding::{self, UnfitEncoding};
use crate::migration_error::MigrationError;
use crate::transaction::WriteTransaction;

const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// The timeouts of commands that only read. They wait for nobody, but reading every row of a full database takes time.
const TIMEOUTS_TO_LOOK: Timeouts = Timeouts { lock: Duration::from_secs(1), statement: None };

/// The number of users in memory at a time.
const BATCH: u32 = 1000;

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// A migration and whether it has been run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationState {
    /// The name of its directory; only the number if this program does not know it.
    pub name: String,
    /// Whether it has run on the database.
    pub applied: bool,
    /// Whether this program has it. A newer program may have run others.
    pub known: bool,
}

impl Database {
    /// Runs the pending migrations, all or none, and returns their names. Simultaneous calls wait, and then find
    /// nothing to do.
    ///
    /// A table `users` of the Python service is adopted instead of the first migration. Canonical addresses of users
    /// that the Python service has stored since are corrected where the database could not compute them.
    ///
    /// # Errors
    /// [`MigrationError::Store`], [`MigrationError::Adoption`], [`MigrationError::Encoding`] or [`MigrationError::Rights`].
    pub fn migrate(&self) -> Result<Vec<String>, MigrationError> {
        let migrated = self.with_connection(|connection| {
            if let Some(encoding) = encoding::unfit(connection)? {
                return Err(encoding.into());
            }
            refuse_early(connection)?;
            run_exclusively(connection, migrate)
        });
        migrated.map_err(|error| self.with_missing_rights(error))
    }

    /// Checked afterwards, because the needed rights depend on the migration.
    fn with_missing_rights(&self, error: MigrationError) -> MigrationError {
        match error {
            MigrationError::Store(error) => match self.with_migrator_connection(adoption::rights) {
                Ok(missing) if !missing.is_empty() => MigrationError::Rights(missing),
                _ => error.into(),
            },
            error => error,
        }
    }

    /// Reverts the last migration and returns its name. An adopted table `users` gets the form of the Python service
    /// again, with its present rows.
    ///
    /// # Errors
    /// Any [`MigrationError`].
    pub fn revert_last(&self) -> Result<String, MigrationError> {
        self.with_connection(|connection| run_exclusively(connection, revert_last))
    }

    /// Every migration that this program knows or that has run on the database, in order. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn migration_status(&self) -> Result<Vec<MigrationState>, StoreError> {
        self.with_reading_connection(states)
    }

    /// The encoding that makes [`Database::migrate`] refuse the database; `None` when it is right.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn unfit_encoding(&self) -> Result<Option<UnfitEncoding>, StoreError> {
        self.with_reading_connection(encoding::unfit)
    }

    /// A preview of what [`Database::migrate`] would do with the table `users` of the Python service; `None` if there
    /// is none, or if it is ours already. Reads every row and changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn adoption_preview(&self) -> Result<Option<AdoptionPreview>, StoreError> {
        self.with_reading_connection(adoption::preview)
    }

    /// The users of whom [`Database::migrate`] would correct the canonical address; nobody before the first migration.
    /// Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn address_repairs(&self) -> Result<AddressRepairs, StoreError> {
        self.with_reading_connection(|connection| {
            let is_ours = !applied_versions(connection)?.is_empty();
            if is_ours { adoption::find_repairs(connection) } else { Ok(AddressRepairs::default()) }
        })
    }

    /// The users whose rows are unreadable; empty while migrations are pending. Reads every row and changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn unreadable_users(&self) -> Result<Listing<UnreadableUser>, StoreError> {
        self.with_reading_connection(|connection| {
            let (mut unreadable, mut after) = (Listing::default(), None);
            if has_pending_migrations(connection)? {
                return Ok(unreadable);
            }
            loop {
                let users = connection.list(after, BATCH)?;
                let Some(last) = users.last() else { return Ok(unreadable) };
                after = Some(last.as_ref().map_or_else(|user| user.id, |user| user.id));
                users.into_iter().filter_map(Result::err).for_each(|user| unreadable.add(|| user));
            }
        })
    }

    /// The connection for migrations. Its timeouts are longer than those of the pool, unless there is only one
    /// connection. It has the role that may migrate.
    fn with_connection<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&mut DatabaseConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        if self.is_memory() {
            return body(&mut *self.acquire(self.acquire_deadline())?);
        }
        if let Some(migrator) = self.migrator() {
            return body(&mut migrator.connect().map_err(StoreError::unavailable)?);
        }
        if self.is_postgres() {
            return self.with_spare_connection(self.migration_timeouts(), body);
        }
        let manager = self.manager.with_timeouts(self.migration_timeouts());
        body(&mut manager.connect().map_err(StoreError::unavailable)?)
    }

    /// The rights of the role that migrates.
    fn with_migrator_connection<T>(
        &self,
        body: impl FnOnce(&mut DatabaseConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.migrator().is_some() { self.with_connection(body) } else { self.with_reading_connection(body) }
    }

    /// A connection for commands that change nothing. A missing file counts as an empty database, and is not created.
    fn with_reading_connection<T>(
        &self,
        body: impl FnOnce(&mut DatabaseConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_memory() {
            return body(&mut *self.acquire(self.acquire_deadline())?);
        }
        if self.is_postgres() {
            return self.with_spare_connection(TIMEOUTS_TO_LOOK, body);
        }
        let manager = self.manager.to_read(TIMEOUTS_TO_LOOK);
        let manager = if self.is_yet_to_be_made() { manager.in_memory() } else { manager };
        body(&mut manager.connect().map_err(StoreError::unavailable)?)
    }
}

/// Whether a migration of this program is pending. Migrations that only the database has do not count, because the old
/// program goes on serving during an upgrade.
pub(crate) fn has_pending_migrations(connection: &mut DatabaseConnection) -> Result<bool, StoreError> {
    Ok(!pending_migrations(connection)?.is_empty())
}

type KnownMigration = Box<dyn Migration<MultiBackend>>;

/// Runs `body` in one transaction, with no other migration at the same time.
///
/// Foreign keys are off, because SQLite cannot switch them off within a transaction: a table gets its new form by
/// dropping the old one, and that would delete the rows that refer to it.
fn run_exclusively<T>(
    connection: &mut DatabaseConnection,
    body: impl FnOnce(&mut DatabaseConnection) -> Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    set_foreign_keys(connection, "OFF")?;
    let result = in_transaction(connection, body);
    set_foreign_keys(connection, "ON")?;
    result
}

fn set_foreign_keys(connection: &mut DatabaseConnection, state: &str) -> Result<(), StoreError> {
    match connection.inner {
        AnyConnection::Sqlite(_) => {
            connection.query(|inner| inner.batch_execute(&format!("PRAGMA foreign_keys = {state}")))
        }
        AnyConnection::Postgres(_) => Ok(()),
    }
}

fn in_transaction<T>(
    connection: &mut DatabaseConnection,
    body: impl FnOnce(&mut DatabaseConnection) -> Result<T, MigrationError>,
) -> Result<T, MigrationError> {
    let mut transaction = WriteTransaction::begin_alone(connection)?;
    let result = body(transaction.connection())?;
    transaction.commit()?;
    Ok(result)
}

fn migrate(connection: &mut DatabaseConnection) -> Result<Vec<String>, MigrationError> {
    let mut done = adopt(connection)?;
    for migration in pending_migrations(connection)? {
        run(connection, migration.as_ref())?;
        done.push(migration.name().to_string());
    }
    adoption::repair(connection)?;
    Ok(done)
}

/// Finds obstacles without a lock, because the Python service may be using its table, and a process that migrates by
/// itself tries again and again.
fn refuse_early(connection: &mut DatabaseConnection) -> Result<(), MigrationError> {
    if !applied_versions(connection)?.is_empty() {
        return Ok(());
    }
    adoption::preview(connection)?.map_or(Ok(()), adopt::check)
}

/// Adopts the table instead of the first migration, if that is pending and there is a table to adopt.
fn adopt(connection: &mut DatabaseConnection) -> Result<Vec<String>, MigrationError> {
    if !applied_versions(connection)?.is_empty() {
        return Ok(Vec::new());
    }
    let Some(first) = known_migrations(&connection.inner)?.into_iter().next() else { return Ok(Vec::new()) };
    let first = first.as_ref();
    let is_done =
        adopt::adopt(connection, |connection| run(connection, first), |connection| record(connection, first))?;
    Ok(if is_done { vec![first.name().to_string()] } else { Vec::new() })
}

fn run(connection: &mut DatabaseConnection, migration: &dyn Migration<MultiBackend>) -> Result<(), StoreError> {
    prepare(connection)?;
    connection.inner.run_migration(migration).map(drop).map_err(StoreError::Other)
}

fn record(connection: &mut DatabaseConnection, migration: &dyn Migration<MultiBackend>) -> Result<(), StoreError> {
    prepare(connection)?;
    let row = __diesel_schema_migrations::version.eq(version(migration));
    let insertion = diesel::insert_into(__diesel_schema_migrations::table).values(row);
    connection.query(|connection| insertion.execute(connection)).map(drop)
}

/// Creates the table of migrations if it does not exist.
fn prepare(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    connection.inner.applied_migrations().map(drop).map_err(StoreError::Other)
}

fn revert_last(connection: &mut DatabaseConnection) -> Result<String, MigrationError> {
    let applied = applied_versions(connection)?;
    let mut known = known_migrations(&connection.inner)?;
    known.retain(|migration| applied.contains(&version(migration.as_ref())));
    let is_known = |applied: &String| known.iter().any(|migration| version(migration.as_ref()) == *applied);
    let unknown: Vec<String> = applied.into_iter().filter(|applied| !is_known(applied)).collect();
    if !unknown.is_empty() {
        return Err(MigrationError::Unknown(unknown));
    }
    let last = known.pop().ok_or(MigrationError::NothingToRevert)?;
    if known.is_empty() && adoption::was_adopted(connection)? {
        adoption::take_back(connection)?;
        forget(connection, last.as_ref())?;
    } else {
        connection.inner.revert_migration(last.as_ref()).map_err(StoreError::Other)?;
    }
    Ok(last.name().to_string())
}

fn forget(connection: &mut DatabaseConnection, migration: &dyn Migration<MultiBackend>) -> Result<(), StoreError> {
    let row = __diesel_schema_migrations::table.find(version(migration));
    connection.query(|connection| diesel::delete(row).execute(connection)).map(drop)
}

/// The migrations, in order.
fn known_migrations(connection: &AnyConnection) -> Result<Vec<KnownMigration>, StoreError> {
    let source = match connection {
        AnyConnection::Sqlite(_) => SQLITE,
        AnyConnection::Postgres(_) => POSTGRES,
    };
    let mut migrations: Vec<KnownMigration> = source.migrations().map_err(StoreError::Other)?;
    migrations.sort_unstable_by_key(|migration| migration.name().version().as_owned());
    Ok(migrations)
}

fn version(migration: &dyn Migration<MultiBackend>) -> String {
    migration.name().version().to_string()
}

fn pending_migrations(connection: &mut DatabaseConnection) -> Result<Vec<KnownMigration>, StoreError> {
    let applied = applied_versions(connection)?;
    let mut migrations = known_migrations(&connection.inner)?;
    migrations.retain(|migration| !applied.contains(&version(migration.as_ref())));
    Ok(migrations)
}

fn states(connection: &mut DatabaseConnection) -> Result<Vec<MigrationState>, StoreError> {
    let mut unknown = applied_versions(connection)?;
    let mut states = Vec::new();
    for migration in known_migrations(&connection.inner)? {
        let place = unknown.iter().position(|applied| *applied == version(migration.as_ref()));
        place.map(|place| unknown.remove(place));
        states.push(MigrationState { name: migration.name().to_string(), applied: place.is_some(), known: true });
    }
    states.extend(unknown.into_iter().map(|name| MigrationState { name, applied: true, known: false }));
    states.sort_unstable_by(|first, second| first.name.cmp(&second.name));
    Ok(states)
}

#[derive(QueryableByName)]
struct Existence {
    #[diesel(sql_type = Bool)]
    is_there: bool,
}

/// The migrations, in order. Unlike Diesel, this does not create the table, because reading must not change anything.
fn applied_versions(connection: &mut DatabaseConnection) -> Result<Vec<String>, StoreError> {
    let has_table = match connection.inner {
        AnyConnection::Sqlite(_) => {
            "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '__diesel_schema_migrations') AS is_there"
        }
        AnyConnection::Postgres(_) => "SELECT to_regclass('__diesel_schema_migrations') IS NOT NULL AS is_there",
    };
    let existence: Existence = connection.query(|connection| diesel::sql_query(has_table).get_result(connection))?;
    if !existence.is_there {
        return Ok(Vec::new());
    }
    let version = __diesel_schema_migrations::version;
    let versions = __diesel_schema_migrations::table.select(version).order(version);
    connection.query(|connection| versions.load(connection))
}
