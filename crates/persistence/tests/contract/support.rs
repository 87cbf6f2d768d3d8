use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ore_domain::{Caches, NewUser, Repositories, Stale, Store, StoreError, StoreExt, User, UserId};
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions};
use ore_testkit::{InlineStore, block_on, canonical, new_user};
use tempfile::TempDir;

/// A store, and what must live as long as it does.
pub(crate) struct StoreUnderTest {
    store: InlineStore<Database>,
    pub(crate) caches: Arc<Invalidations>,
    _home: DatabaseLocation,
}

/// Writes down what is stale.
#[derive(Default)]
pub(crate) struct Invalidations(Mutex<Vec<Stale>>);

impl Invalidations {
    pub(crate) fn take(&self) -> Vec<Stale> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Caches for Invalidations {
    fn invalidate(&self, stale: Stale) {
        self.0.lock().unwrap().push(stale);
    }
}

enum DatabaseLocation {
    Memory,
    Directory { _directory: TempDir },
    Server { _database: TemporaryDatabase },
}

impl StoreUnderTest {
    pub(crate) fn store(&self) -> &dyn Store {
        &self.store
    }

    /// Runs statements beside us.
    pub(crate) fn execute(&self, statements: &str) {
        self.store.execute(statements).unwrap();
    }

    /// Patient, so that a busy machine fails no test.
    fn new(url: &str, home: DatabaseLocation) -> Self {
        let (url, long) = (url.parse().unwrap(), Duration::from_mins(1));
        let options = DatabaseOptions {
            acquire_timeout: long,
            lock_timeout: long,
            statement_timeout: long,
            use_timeout: long,
            ..DatabaseOptions::new(url, NonZeroU32::new(4).unwrap())
        };
        let caches = Arc::<Invalidations>::default();
        let database = Database::new(options).with_caches(caches.clone());
        database.migrate().unwrap();
        Self { store: InlineStore::new(database), caches, _home: home }
    }
}

pub(crate) fn memory() -> StoreUnderTest {
    StoreUnderTest::new("sqlite://", DatabaseLocation::Memory)
}

pub(crate) fn file() -> StoreUnderTest {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:///{}", directory.path().join("app.db").display());
    StoreUnderTest::new(&url, DatabaseLocation::Directory { _directory: directory })
}

pub(crate) fn postgres() -> StoreUnderTest {
    let database = TemporaryDatabase::migrated();
    StoreUnderTest::new(&database.url(), DatabaseLocation::Server { _database: database })
}

pub(crate) fn read<T: Send + 'static>(
    store: &dyn Store,
    body: impl FnMut(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
) -> T {
    block_on(store.read(body)).expect("the store can be read")
}

pub(crate) fn write<T: Send + 'static>(
    store: &dyn Store,
    body: impl FnMut(&mut dyn Repositories) -> Result<T, StoreError> + Send + 'static,
) -> T {
    block_on(store.write(body)).expect("the store can be written")
}

pub(crate) fn try_insert(store: &dyn Store, user: NewUser) -> Result<User, StoreError> {
    block_on(store.write(move |repositories| repositories.users().insert(user.clone())))
}

pub(crate) fn insert(store: &dyn Store, email: &str) -> User {
    try_insert(store, new_user(email).build()).expect("the address is free")
}

pub(crate) fn find(store: &dyn Store, id: UserId) -> Option<User> {
    read(store, move |repositories| repositories.users().find(id))
}

pub(crate) fn find_by_email(store: &dyn Store, email: &str) -> Option<User> {
    let email = canonical(email);
    read(store, move |repositories| repositories.users().find_by_email(&email))
}

pub(crate) fn find_by_stored_email(store: &dyn Store, email: &str) -> Option<User> {
    let email = email.to_owned();
    read(store, move |repositories| repositories.users().find_by_stored_email(&email))
}

pub(crate) fn count(store: &dyn Store) -> usize {
    read(store, |repositories| repositories.users().list(None, u32::MAX)).len()
}
