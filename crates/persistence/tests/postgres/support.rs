use std::num::NonZeroU32;
use std::ops::Deref;
use std::time::Duration;

use diesel::{Connection, PgConnection};
use ore_domain::{Access, BoxFuture, Repositories, Store, StoreError, StoreExt, User, UserId, Work};
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions};
use ore_testkit::{InlineStore, block_on, new_user};

/// A migrated store in a database of its own.
pub(crate) struct PostgresStore {
    store: InlineStore<Database>,
    pub(crate) database: TemporaryDatabase,
}

impl PostgresStore {
    /// Patient, so that a busy machine fails no test.
    pub(crate) fn new() -> Self {
        Self::with_options(with_long_timeouts)
    }

    pub(crate) fn with_options(change: impl FnOnce(DatabaseOptions) -> DatabaseOptions) -> Self {
        let database = TemporaryDatabase::migrated();
        let store = Database::new(change(options(&database.url())));
        store.migrate().unwrap();
        Self { store: InlineStore::new(store), database }
    }

    /// A connection of nobody's, to interfere from outside.
    pub(crate) fn outsider(&self) -> PgConnection {
        PgConnection::establish(&self.database.url()).unwrap()
    }
}

impl Deref for PostgresStore {
    type Target = InlineStore<Database>;

    fn deref(&self) -> &InlineStore<Database> {
        &self.store
    }
}

impl Store for PostgresStore {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Store::run(&self.store, access, work)
    }
}

/// What a server for clients uses.
pub(crate) fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions::new(url.parse().unwrap(), NonZeroU32::new(4).unwrap())
}

pub(crate) fn with_long_timeouts(options: DatabaseOptions) -> DatabaseOptions {
    let long = Duration::from_mins(1);
    DatabaseOptions { acquire_timeout: long, lock_timeout: long, statement_timeout: long, use_timeout: long, ..options }
}

pub(crate) fn insert(store: &impl Store, email: &str) -> Result<User, StoreError> {
    let user = new_user(email).build();
    write(store, move |repositories| repositories.users().insert(user.clone()))
}

pub(crate) fn find(store: &impl Store, id: UserId) -> Result<Option<User>, StoreError> {
    block_on(store.read(move |repositories| repositories.users().find(id)))
}

pub(crate) fn write<T: Send + 'static>(
    store: &impl Store,
    body: impl FnMut(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    block_on(store.write(body))
}
