use std::ops::Deref;
use std::sync::Arc;

use ore_domain::{Access, BoxFuture, Store, StoreError, StoreExt, User, UserId, Work};
use ore_persistence::{Database, DatabaseOptions};
use ore_telemetry::metrics::Metrics;
use ore_testkit::{block_on, new_user};
use ore_workers::PooledStore;
use tokio::runtime::{Builder, Runtime};

/// A store as a server uses it, which answers in time whatever PostgreSQL does.
pub(crate) struct PooledDatabase {
    runtime: Runtime,
    store: PooledStore,
    database: Arc<Database>,
}

impl PooledDatabase {
    pub(crate) fn new(options: DatabaseOptions) -> Self {
        let database = Arc::new(Database::new(options));
        let store = PooledStore::start(database.clone(), 1, 1, &Metrics::new("1").unwrap().worker_pools).unwrap();
        Self { runtime: Builder::new_current_thread().enable_time().build().unwrap(), store, database }
    }
}

impl Deref for PooledDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Store for PooledDatabase {
    fn run(&self, access: Access, work: Work) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move { self.runtime.block_on(self.store.run(access, work)) })
    }
}

pub(crate) fn insert(store: &impl Store, email: &str) -> Result<User, StoreError> {
    let user = new_user(email).build();
    block_on(store.write(move |repositories| repositories.users().insert(user.clone())))
}

pub(crate) fn find(store: &impl Store, id: UserId) -> Result<Option<User>, StoreError> {
    block_on(store.read(move |repositories| repositories.users().find(id)))
}
