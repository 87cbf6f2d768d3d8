use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{CacheSize, SimpleConnection};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{ConnectionError, ConnectionResult, QueryResult};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::any_connection::AnyConnection;
use crate::error::is_locked;
use crate::file_access::protect;
use crate::options::Pooler;
use crate::postgres_parameters::PostgresParameters;
use crate::url::Location;

/// How long a connection waits, for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// For a lock that another connection holds.
    pub(crate) lock: Duration,
    /// For one statement; `None` for ever. SQLite has no such limit.
    pub(crate) statement: Option<Duration>,
}

impl Timeouts {
    /// The least that a query takes that the database has ended because it took too long.
    pub(crate) fn shortest(self) -> Duration {
        self.statement.map_or(self.lock, |statement| statement.min(self.lock))
    }

    /// The statements that make PostgreSQL keep to them, with `SET` or `SET LOCAL`.
    pub(crate) fn settings(self, set: &str) -> String {
        format!(
            "{set} lock_timeout = {};
             {set} statement_timeout = {};
             {set} idle_in_transaction_session_timeout = {};",
            self.lock.as_millis(),
            self.statement.unwrap_or_default().as_millis(),
            IDLE_TRANSACTION_TIMEOUT.as_millis(),
        )
    }
}

/// A stopped process must not keep its transaction, and with it the write lock, for ever (PostgreSQL).
const IDLE_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);

/// A path that cannot exist. Without one libpq looks for a password in `~/.pgpass`: ours stands in the settings alone.
const NO_FILE: &str = "/dev/null/none";

/// How long to wait before asking again for the switch to a write-ahead log.
const WAL_RETRY_INTERVAL: Duration = Duration::from_millis(10);

/// Opens a connection of the kind that the URL says, and sets it up.
pub(crate) fn open(location: &Location, timeouts: Timeouts, pooler: Pooler) -> ConnectionResult<AnyConnection> {
    match location {
        Location::SqliteMemory => open_sqlite(":memory:", timeouts).map(AnyConnection::Sqlite),
        Location::SqliteFile(path) => {
            protect(Path::new(path));
            let mut connection = open_sqlite(path, timeouts).map_err(|error| with_path(path, error))?;
            enter_wal(&mut connection, timeouts.lock)?;
            Ok(AnyConnection::Sqlite(connection))
        }
        Location::Postgres(parameters) => open_postgres(parameters, timeouts, pooler).map(AnyConnection::Postgres),
    }
}

/// Characters that would end the path of a URI, or begin an escape in it.
const URI_PATH: &AsciiSet = &CONTROLS.add(b'%').add(b'?').add(b'#');

/// Opens a SQLite file only to read it: makes none, changes neither its mode nor its journal, and so waits for no
/// writer.
///
/// Not SQLite's `mode=ro`, which leaves the files beside the database behind at its end, and then as those of anyone who
/// read.
pub(crate) fn open_to_read(path: &str, timeouts: Timeouts) -> ConnectionResult<AnyConnection> {
    let uri = format!("file:{}?mode=rw", utf8_percent_encode(path, URI_PATH));
    let mut connection = open_sqlite(&uri, timeouts).map_err(|error| with_path(path, error))?;
    connection.batch_execute("PRAGMA query_only = ON").map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(AnyConnection::Sqlite(connection))
}

/// `synchronous = FULL` makes an acknowledged write survive a power cut. The checkpoint after 1000 pages, which is
/// SQLite's default, is left: writes are small, and no read lasts long enough to hold it up.
fn open_sqlite(path: &str, timeouts: Timeouts) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(path)?;
    let pragmas = format!(
        "PRAGMA busy_timeout = {};
         PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA trusted_schema = OFF;",
        timeouts.lock.as_millis()
    );
    connection.batch_execute(&pragmas).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

fn with_path(path: &str, error: ConnectionError) -> ConnectionError {
    match error {
        ConnectionError::BadConnection(message) => ConnectionError::BadConnection(format!("{message}: {path}")),
        other => other,
    }
}

/// libpq explains itself in paragraphs; ours end in a line of the log.
fn on_one_line(error: ConnectionError) -> ConnectionError {
    match error {
        ConnectionError::BadConnection(message) => {
            ConnectionError::BadConnection(message.split_whitespace().collect::<Vec<_>>().join(" "))
        }
        other => other,
    }
}

#[derive(QueryableByName)]
struct JournalMode {
    #[diesel(sql_type = Text)]
    journal_mode: String,
}

/// The switch needs the file for itself, and SQLite does not wait for it: when many open a new file at once, all but
/// one are refused at first.
fn enter_wal(connection: &mut SqliteConnection, timeout: Duration) -> ConnectionResult<()> {
    let deadline = Instant::now() + timeout;
    loop {
        match switch_to_wal(connection) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let message = format!("SQLite keeps the journal mode {mode} and refuses a write-ahead log");
                return Err(ConnectionError::BadConnection(message));
            }
            Err(error) if is_locked(&error) && Instant::now() < deadline => thread::sleep(WAL_RETRY_INTERVAL),
            Err(error) => return Err(ConnectionError::CouldntSetupConfiguration(error)),
        }
    }
}

fn switch_to_wal(connection: &mut SqliteConnection) -> QueryResult<String> {
    let answer: JournalMode = diesel::sql_query("PRAGMA journal_mode = WAL").get_result(connection)?;
    Ok(answer.journal_mode)
}

/// The socket times out by itself when the other side is cut off: a statement timeout needs a server that still runs.
/// Of several servers the one that can be written to is used.
fn open_postgres(
    parameters: &PostgresParameters,
    timeouts: Timeouts,
    pooler: Pooler,
) -> ConnectionResult<PgConnection> {
    let mut defaults = vec![
        ("fallback_application_name", "ore-backend"),
        ("connect_timeout", "2"),
        ("keepalives_idle", "5"),
        ("keepalives_interval", "2"),
        ("tcp_user_timeout", "5000"),
        ("client_encoding", "UTF8"),
        ("passfile", NO_FILE),
    ];
    if parameters.has_several_servers() {
        defaults.push(("target_session_attrs", "read-write"));
    }
    let mut connection = PgConnection::establish(&parameters.connection_string(&defaults)).map_err(on_one_line)?;
    match pooler {
        Pooler::None => {
            let settings = timeouts.settings("SET");
            connection.batch_execute(&settings).map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        // The connection that has a statement is not the one that is asked for it.
        Pooler::Transaction => connection.set_prepared_statement_cache_size(CacheSize::Disabled),
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::MetadataExt;
    use std::sync::Barrier;

    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;

    use super::*;

    fn pragma(connection: &mut AnyConnection, name: &str) -> i64 {
        let query = format!("{name} FROM pragma_{name}");
        diesel::select(sql::<BigInt>(&query)).get_result(connection).unwrap()
    }

    #[test]
    fn every_connection_to_a_file_is_durable_and_checks_its_keys() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::SqliteFile(directory.path().join("app.db").to_str().unwrap().to_owned());
        let timeouts = Timeouts { lock: Duration::from_millis(1234), statement: None };
        for _ in 0..2 {
            let mut connection = open(&location, timeouts, Pooler::None).unwrap();
            assert_eq!(pragma(&mut connection, "foreign_keys"), 1);
            assert_eq!(pragma(&mut connection, "trusted_schema"), 0);
            assert_eq!(pragma(&mut connection, "synchronous"), 2, "FULL");
            let timeout = diesel::select(sql::<BigInt>("timeout FROM pragma_busy_timeout"));
            assert_eq!(timeout.get_result::<i64>(&mut connection).unwrap(), 1234);
            let mode = diesel::select(sql::<Text>("journal_mode FROM pragma_journal_mode"));
            assert_eq!(mode.get_result::<String>(&mut connection).unwrap(), "wal");
        }
    }

    #[test]
    fn a_file_that_is_only_read_is_not_made_and_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a %20?#.db");
        let name = path.to_str().unwrap();
        let message = open_to_read(name, crate::test_support::TIMEOUTS).map(drop).unwrap_err().to_string();
        assert!(message.ends_with(name), "{message}");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);

        SqliteConnection::establish(name)
            .unwrap()
            .batch_execute("CREATE TABLE a (b); INSERT INTO a VALUES (7)")
            .unwrap();
        let before = fs::read(&path).unwrap();
        let mut connection = open_to_read(name, crate::test_support::TIMEOUTS).unwrap();
        let count = diesel::select(sql::<BigInt>("(SELECT b FROM a)"));
        assert_eq!(count.get_result::<i64>(&mut connection).unwrap(), 7);
        assert!(connection.batch_execute("INSERT INTO a VALUES (8)").is_err());
        drop(connection);
        assert_eq!(fs::read(&path).unwrap(), before);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_new_file_and_those_beside_it_are_for_their_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::SqliteFile(directory.path().join("app.db").to_str().unwrap().to_owned());
        let _connection = open(&location, crate::test_support::TIMEOUTS, Pooler::None).unwrap();
        let modes =
            fs::read_dir(directory.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().mode() & 0o777);
        let modes: Vec<_> = modes.collect();
        assert!(!modes.is_empty() && modes.iter().all(|mode| *mode == 0o600), "{modes:?}");
    }

    #[test]
    fn a_refused_connection_to_postgresql_is_told_on_one_line_without_the_password() {
        let parameters = PostgresParameters::parse("ada:hunter2@127.0.0.1:1/ore").unwrap();
        let refused = open_postgres(&parameters, crate::test_support::TIMEOUTS, Pooler::None);
        let message = refused.map(drop).unwrap_err().to_string();
        assert!(message.contains("127.0.0.1"), "{message}");
        assert!(!message.contains(['\n', '\t']) && !message.contains("hunter2"), "{message}");
    }

    #[test]
    fn many_can_open_a_new_file_at_the_same_time() {
        let timeouts = Timeouts { lock: Duration::from_mins(1), statement: None };
        for _ in 0..20 {
            let directory = tempfile::tempdir().unwrap();
            let location = Location::SqliteFile(directory.path().join("app.db").to_str().unwrap().to_owned());
            let start = Barrier::new(8);
            thread::scope(|scope| {
                for _ in 0..8 {
                    scope.spawn(|| {
                        start.wait();
                        open(&location, timeouts, Pooler::None).map(drop).unwrap();
                    });
                }
            });
        }
    }

    #[test]
    fn a_file_that_cannot_be_opened_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("missing").join("app.db");
        let location = Location::SqliteFile(path.to_str().unwrap().to_owned());
        let message = open(&location, crate::test_support::TIMEOUTS, Pooler::None).map(drop).unwrap_err().to_string();
        assert!(message.ends_with(path.to_str().unwrap()), "{message}");
    }
}
