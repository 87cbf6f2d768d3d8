//! Databases for tests, of this package and of others (feature `testing`).
#![allow(clippy::unwrap_used, reason = "a test that cannot have its database has failed")]

mod pgbouncer;
mod proxy;
mod template;

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{fmt, process, thread};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryResult};

pub use pgbouncer::PgBouncer;
pub use proxy::Proxy;

/// The server for tests, as an administrator's URL that libpq takes.
const SERVER_VARIABLE: &str = "ORE_TEST_POSTGRES_URL";

/// An empty PostgreSQL database that nobody else uses, and that is dropped with the value, also when the test panics
/// and when connections to it are still open (needs PostgreSQL 14 or later).
pub struct TemporaryDatabase {
    server: String,
    name: String,
    /// To the server. One for the whole life: each takes PostgreSQL a process.
    administration: Mutex<PgConnection>,
}

impl TemporaryDatabase {
    /// Makes a database on the server that the environment variable `ORE_TEST_POSTGRES_URL` names.
    ///
    /// # Panics
    /// When the variable is not set, as outside `cargo xtask test`, or the server makes no database.
    pub fn create() -> Self {
        Self::create_with("")
    }

    /// As [`Self::create`], with options of `CREATE DATABASE` such as an encoding.
    ///
    /// # Panics
    /// As [`Self::create`] does.
    pub fn create_with(options: &str) -> Self {
        let database = Self::unmade();
        // It has no connections that could stand in the way, and nothing that somebody added.
        database.administer(&format!("CREATE DATABASE {} TEMPLATE template0 {options}", database.name)).unwrap();
        database
    }

    /// A database on which every migration has run: the copy of one that all tests share.
    ///
    /// # Panics
    /// As [`Self::create`] does.
    pub fn migrated() -> Self {
        let mut database = Self::unmade();
        let connection = database.administration.get_mut().unwrap();
        template::copy_migrated(connection, &database.server, &database.name);
        database
    }

    fn unmade() -> Self {
        let server = server();
        let administration = Mutex::new(PgConnection::establish(&server).unwrap());
        Self { server, name: unique_name(), administration }
    }

    /// `postgresql://user@host:port/database`, with the parameters of the server's URL if it has any.
    pub fn url(&self) -> String {
        with_database(&self.server, &self.name)
    }

    /// The URL of an owner of the database with this `CONNECTION LIMIT`.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn url_of_limited_owner(&self, connections: u32) -> String {
        let name = &self.name;
        self.administer(&format!("CREATE ROLE {name} LOGIN CONNECTION LIMIT {connections}")).unwrap();
        self.administer(&format!("ALTER DATABASE {name} OWNER TO {name}")).unwrap();
        with_user(&self.url(), name)
    }

    /// The URLs of its owner, and of a role that is given no more than these statements give it: `"ore_owner"` and `"ore"`
    /// stand for the two in them.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn urls_of_two_roles(&self, rights: &str) -> [String; 2] {
        let (name, service) = (&self.name, format!("{}_service", self.name));
        for role in [name, &service] {
            self.administer(&format!("CREATE ROLE {role} LOGIN")).unwrap();
        }
        self.administer(&format!("ALTER DATABASE {name} OWNER TO {name}")).unwrap();
        self.execute(&rights.replace("\"ore_owner\"", name).replace("\"ore\"", &service));
        [with_user(&self.url(), name), with_user(&self.url(), &service)]
    }

    /// Ends every connection to the database and refuses new ones, as an outage does.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn close_to_clients(&self) {
        let name = &self.name;
        let closed = format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false");
        self.administer(&closed).unwrap();
        self.end_connections();
    }

    /// Ends the outage.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn open_to_clients(&self) {
        self.administer(&format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name)).unwrap();
    }

    /// Runs statements in the database, as somebody does who administers it while it is in use.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn execute(&self, statements: &str) {
        PgConnection::establish(&self.url()).unwrap().batch_execute(statements).unwrap();
    }

    /// Ends every connection to it, as a server does with those that are idle for too long.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn end_connections(&self) {
        let name = &self.name;
        let cut = format!("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = '{name}'");
        self.administer(&cut).unwrap();
    }

    fn administer(&self, statement: &str) -> QueryResult<()> {
        self.administration.lock().unwrap_or_else(PoisonError::into_inner).batch_execute(statement)
    }
}

impl fmt::Debug for TemporaryDatabase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("TemporaryDatabase").field(&self.name).finish()
    }
}

impl Drop for TemporaryDatabase {
    fn drop(&mut self) {
        let drop_all = || {
            let name = &self.name;
            self.administer(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))?;
            self.administer(&end_of_connections(name))?;
            self.administer(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
            self.administer(&format!("DROP ROLE IF EXISTS {name}, {name}_service"))
        };
        // A second panic would end the process and hide the first.
        assert!(drop_all().is_ok() || thread::panicking(), "{} is still there", self.name);
    }
}

/// Ends the connections to a database and looks every millisecond whether they are gone. `DROP DATABASE` would look after a
/// tenth of a second.
fn end_of_connections(name: &str) -> String {
    let connections = format!("pg_stat_activity WHERE datname = '{name}'");
    format!(
        "DO $$ BEGIN
            PERFORM pg_terminate_backend(pid) FROM {connections};
            FOR attempt IN 1..1000 LOOP
                EXIT WHEN NOT EXISTS (SELECT FROM {connections});
                PERFORM pg_sleep(0.001), pg_stat_clear_snapshot();
            END LOOP;
        END $$"
    )
}

fn server() -> String {
    #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
    std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| {
        panic!("{SERVER_VARIABLE} is not set: run this test with `cargo xtask test`, which starts PostgreSQL")
    })
}

/// Tests run in parallel, in threads and in processes, and other checkouts may use the same server.
fn unique_name() -> String {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let counter = COUNTER.fetch_add(1, Ordering::Relaxed);
    let random = RandomState::new().hash_one(counter);
    format!("ore_test_{}_{counter}_{random:016x}", process::id())
}

/// The URL of another database on the same server.
fn with_database(server: &str, name: &str) -> String {
    let authority = server.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = server[authority..].find(['/', '?']).map_or(server.len(), |length| authority + length);
    let parameters = server.find('?').map_or("", |start| &server[start..]);
    format!("{}/{name}{parameters}", &server[..end])
}

/// The URL of the same database for another user, who needs no password.
fn with_user(url: &str, user: &str) -> String {
    let authority = url.find("://").map_or(0, |scheme| scheme + "://".len());
    let server = url.find('@').map_or(authority, |at| at + 1);
    format!("{}{user}@{}", &url[..authority], &url[server..])
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::panic;

    use diesel::dsl::sql;
    use diesel::prelude::*;
    use diesel::sql_types::{Bool, Text};

    use super::*;
    use crate::{Database, DatabaseOptions};

    fn exists(server: &str, name: &str) -> bool {
        let query = diesel::select(
            sql::<Bool>("EXISTS (SELECT FROM pg_database WHERE datname = ").bind::<Text, _>(name).sql(")"),
        );
        query.get_result(&mut PgConnection::establish(server).unwrap()).unwrap()
    }

    #[test]
    fn each_database_is_empty_and_the_caller_s_own() {
        let (first, second) = (TemporaryDatabase::create(), TemporaryDatabase::create());
        let mut connection = PgConnection::establish(&first.url()).unwrap();
        connection.batch_execute("CREATE TABLE mine (id INTEGER)").unwrap();
        let mut other = PgConnection::establish(&second.url()).unwrap();
        assert!(other.batch_execute("SELECT * FROM mine").is_err());
    }

    #[test]
    fn a_migrated_database_is_the_caller_s_own() {
        let (first, second) = (TemporaryDatabase::migrated(), TemporaryDatabase::migrated());
        for database in [&first, &second] {
            let options = DatabaseOptions::new(database.url().parse().unwrap(), NonZeroU32::MIN);
            assert!(Database::new(options).migrate().unwrap().is_empty());
        }
        first.execute("DROP TABLE users CASCADE");
        second.execute("SELECT * FROM users");
    }

    #[test]
    fn a_database_in_use_is_dropped_when_the_test_panics() {
        let database = TemporaryDatabase::create();
        let (server, name) = (database.server.clone(), database.name.clone());
        assert!(exists(&server, &name));
        let _in_use = PgConnection::establish(&database.url()).unwrap();
        let outcome = panic::catch_unwind(move || {
            let _database = database;
            panic!("as a failing test does");
        });
        assert!(outcome.is_err());
        assert!(!exists(&server, &name));
    }

    #[test]
    fn the_database_s_name_replaces_the_server_s_and_the_parameters_stay() {
        for (server, expected) in [
            ("postgresql://ada@127.0.0.1:5433/postgres", "postgresql://ada@127.0.0.1:5433/mine"),
            (
                "postgresql://ada:p%2Fw@[::1]/postgres?sslmode=require",
                "postgresql://ada:p%2Fw@[::1]/mine?sslmode=require",
            ),
            ("postgres://localhost", "postgres://localhost/mine"),
            ("postgres://?host=/run/postgresql", "postgres:///mine?host=/run/postgresql"),
        ] {
            assert_eq!(with_database(server, "mine"), expected);
        }
    }

    #[test]
    fn no_two_names_are_alike() {
        let names: std::collections::HashSet<String> = (0..100).map(|_| unique_name()).collect();
        assert_eq!(names.len(), 100);
    }
}
