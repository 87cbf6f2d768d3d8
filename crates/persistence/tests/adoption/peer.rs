use std::process::Command;

use ore_domain::{Repositories, StoreError, StoreExt, User, UserId};
use ore_persistence::testing::TemporaryDatabase;
use ore_persistence::{Database, DatabaseOptions, MigrationError};
use ore_testkit::{InlineStore, block_on, canonical, new_user};
use tempfile::TempDir;

/// A database that the Python service and we use.
pub(crate) struct Peer(Place);

enum Place {
    Sqlite(TempDir),
    Postgres(TemporaryDatabase),
}

/// Gone with the value.
pub(crate) struct Role<'a> {
    peer: &'a Peer,
    pub(crate) name: String,
}

impl Role<'_> {
    /// The database of the peer as this role.
    pub(crate) fn database(&self) -> Database {
        let url = self.peer.url();
        let (_, place) = url.split_once("://").unwrap();
        let place = place.split_once('@').map_or(place, |(_, place)| place);
        database(&format!("postgresql://{}@{place}", self.name))
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let name = &self.name;
            self.peer.python(&["execute", &format!("DROP OWNED BY {name}"), &format!("DROP ROLE {name}")]);
        }
    }
}

fn database(url: &str) -> Database {
    Database::new(DatabaseOptions::new(url.parse().unwrap(), 2.try_into().unwrap()))
}

impl Peer {
    pub(crate) fn sqlite() -> Self {
        Self(Place::Sqlite(tempfile::tempdir().unwrap()))
    }

    pub(crate) fn postgres() -> Self {
        Self(Place::Postgres(TemporaryDatabase::create()))
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.0, Place::Sqlite(_))
    }

    fn url(&self) -> String {
        match &self.0 {
            Place::Sqlite(directory) => format!("sqlite:///{}", directory.path().join("app.db").display()),
            Place::Postgres(database) => database.url(),
        }
    }

    /// Runs `peer.py` and returns what it prints.
    pub(crate) fn python(&self, arguments: &[&str]) -> String {
        #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
        let python = std::env::var("ORE_TEST_PYTHON")
            .unwrap_or_else(|_| panic!("ORE_TEST_PYTHON is not set: run this test with `cargo xtask test`"));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/adoption/peer.py");
        let output = Command::new(python).arg(script).arg(self.url()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The rows of a query, their values separated by tabs.
    pub(crate) fn query(&self, query: &str) -> Vec<String> {
        self.python(&["query", query]).lines().map(str::to_owned).collect()
    }

    pub(crate) fn database(&self) -> Database {
        database(&self.url())
    }

    /// A role of PostgreSQL that may do nothing but connect.
    pub(crate) fn role(&self) -> Role<'_> {
        let name = format!("role_of_{}", self.query("SELECT current_database()")[0]);
        self.python(&["execute", &format!("CREATE ROLE {name} LOGIN")]);
        Role { peer: self, name }
    }

    /// Takes back everything, and with it the adoption.
    pub(crate) fn revert_all(&self) {
        let database = self.database();
        loop {
            match database.revert_last() {
                Ok(_) => {}
                Err(MigrationError::NothingToRevert) => return,
                Err(error) => panic!("{error}"),
            }
        }
    }

    pub(crate) fn find(&self, email: &str) -> Option<User> {
        let email = canonical(email);
        let store = InlineStore::new(self.database());
        block_on(store.read(move |repositories| repositories.users().find_by_email(&email))).unwrap()
    }

    pub(crate) fn find_by_stored_email(&self, email: &str) -> Option<User> {
        let email = email.to_owned();
        block_on(InlineStore::new(self.database()).read(move |r| r.users().find_by_stored_email(&email))).unwrap()
    }

    pub(crate) fn all(&self) -> Vec<User> {
        let list = |repositories: &mut dyn Repositories| repositories.users().list(None, 100);
        let listed = block_on(InlineStore::new(self.database()).read(list)).unwrap();
        listed.into_iter().collect::<Result<_, _>>().unwrap()
    }

    pub(crate) fn register(&self, email: &str) -> Result<UserId, StoreError> {
        let user = new_user(email).build();
        let insert =
            move |repositories: &mut dyn Repositories| repositories.users().insert(user.clone()).map(|user| user.id);
        block_on(InlineStore::new(self.database()).write(insert))
    }
}
