use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use ore_domain::{Constraint, StoreError};

/// A rule of uniqueness under both of its names: PostgreSQL reports the index, SQLite the columns.
struct UniqueIndex {
    name: &'static str,
    columns: &'static str,
    constraint: Constraint,
}

const UNIQUE_INDEXES: &[UniqueIndex] = &[UniqueIndex {
    name: "users_email_canonical_key",
    columns: "users.email_canonical",
    constraint: Constraint::UserEmail,
}];

/// How the messages begin that speak of a condition which can pass. Diesel gives no code for them, on neither database.
const PASSING_CONDITIONS: &[&str] = &[
    // SQLite: SQLITE_BUSY, _LOCKED, _PROTOCOL, _FULL, _READONLY, _IOERR, _CANTOPEN, _NOMEM
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "locking protocol",
    "database or disk is full",
    "attempt to write a readonly database",
    "disk I/O error",
    "unable to open database file",
    "out of memory",
    // PostgreSQL: 57014, 57P01 to 57P03, 53100, 53300, 40P01, 25P03
    "canceling statement due to",
    "terminating connection",
    "the database system is",
    "could not extend file",
    "could not write to file",
    "could not write block",
    "sorry, too many clients",
    "remaining connection slots",
    "too many connections",
    "deadlock detected",
];

/// What an operator should know of a pooler that the settings do not name.
pub(crate) const POOLER: &str = "a connection pooler in transaction mode is in front of PostgreSQL; set \
                                 BACKEND_DATABASE_POOLER=transaction";

/// What a failure of Diesel means to the users of a store.
pub(crate) fn store_error(error: Error) -> StoreError {
    if let Some(constraint) = violated_constraint(&error) {
        return StoreError::Conflict(constraint);
    }
    if is_of_pooler(&error) {
        return StoreError::unavailable(POOLER);
    }
    if can_pass(&error) { StoreError::unavailable(error) } else { StoreError::other(error) }
}

/// Whether a statement that Diesel has prepared is missing or somebody else's: the server's connection is not the one on
/// which it was prepared. The message is in the language of the server, its name for the statement is not.
fn is_of_pooler(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().contains("__diesel_stmt_"))
}

/// Whether the connection is gone, so that others made at the same time may be gone too.
pub(crate) fn is_connection_loss(error: &Error) -> bool {
    match error {
        Error::BrokenTransactionManager
        | Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => true,
        Error::RollbackErrorOnCommit { rollback_error, .. } => is_connection_loss(rollback_error),
        _ => false,
    }
}

/// Whether SQLite refused because another connection was writing.
pub(crate) fn is_locked(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().starts_with("database is locked"))
}

fn violated_constraint(error: &Error) -> Option<Constraint> {
    let Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) = error else {
        return None;
    };
    UNIQUE_INDEXES.iter().find(|index| index.is_named_in(information.as_ref())).map(|index| index.constraint)
}

impl UniqueIndex {
    fn is_named_in(&self, information: &(dyn DatabaseErrorInformation + Send + Sync)) -> bool {
        match information.constraint_name() {
            Some(name) => name == self.name,
            None => information.message().strip_prefix("UNIQUE constraint failed: ") == Some(self.columns),
        }
    }
}

fn can_pass(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction | DatabaseErrorKind::SerializationFailure, _) => {
            true
        }
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            PASSING_CONDITIONS.iter().any(|condition| information.message().starts_with(condition))
        }
        Error::RollbackErrorOnCommit { commit_error, .. } => can_pass(commit_error) || is_connection_loss(error),
        _ => is_connection_loss(error),
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use ore_domain::Users;
    use ore_testkit::new_user;
    use rstest::rstest;

    use super::*;
    use crate::test_support::{connection, migrated_connection};

    /// What PostgreSQL says, without one.
    struct Information {
        message: &'static str,
        constraint: Option<&'static str>,
    }

    impl DatabaseErrorInformation for Information {
        fn message(&self) -> &str {
            self.message
        }
        fn details(&self) -> Option<&str> {
            None
        }
        fn hint(&self) -> Option<&str> {
            None
        }
        fn table_name(&self) -> Option<&str> {
            None
        }
        fn column_name(&self) -> Option<&str> {
            None
        }
        fn constraint_name(&self) -> Option<&str> {
            self.constraint
        }
        fn statement_position(&self) -> Option<i32> {
            None
        }
    }

    fn database_error(kind: DatabaseErrorKind, message: &'static str, constraint: Option<&'static str>) -> Error {
        Error::DatabaseError(kind, Box::new(Information { message, constraint }))
    }

    #[test]
    fn a_taken_address_on_sqlite_is_its_conflict() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        connection.insert(new_user("ada@example.org").build()).unwrap();
        let refused = connection.insert(new_user("ada@example.org").build());
        assert!(matches!(refused, Err(StoreError::Conflict(Constraint::UserEmail))), "{refused:?}");
    }

    #[rstest]
    #[case::postgres("duplicate key value violates unique constraint", Some("users_email_canonical_key"), true)]
    #[case::postgres_another("duplicate key value violates unique constraint", Some("users_pkey"), false)]
    #[case::sqlite("UNIQUE constraint failed: users.email_canonical", None, true)]
    #[case::sqlite_another("UNIQUE constraint failed: users.id", None, false)]
    #[case::sqlite_more_columns("UNIQUE constraint failed: users.email_canonical, users.tenant", None, false)]
    fn only_the_index_of_addresses_makes_that_conflict(
        #[case] message: &'static str,
        #[case] constraint: Option<&'static str>,
        #[case] expected: bool,
    ) {
        let error = store_error(database_error(DatabaseErrorKind::UniqueViolation, message, constraint));
        assert_eq!(matches!(error, StoreError::Conflict(Constraint::UserEmail)), expected, "{error:?}");
        assert_eq!(matches!(error, StoreError::Other(_)), !expected, "{error:?}");
    }

    #[rstest]
    #[case::full("PRAGMA max_page_count = 1", "database or disk is full")]
    #[case::read_only("PRAGMA query_only = ON", "attempt to write a readonly database")]
    fn a_sqlite_that_cannot_write_is_unavailable_and_can_still_read(#[case] pragma: &str, #[case] cause: &str) {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        connection.inner.batch_execute(pragma).unwrap();
        let refused = (0..10_000)
            .find_map(|index| connection.insert(new_user(&format!("user{index}@example.org")).build()).err());
        assert!(matches!(&refused, Some(StoreError::Unavailable(error)) if error.to_string() == cause), "{refused:?}");
        assert!(connection.list(None, 1).is_ok());
    }

    #[test]
    fn a_sqlite_that_another_connection_writes_to_is_unavailable() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let mut other = self::connection(&directory);
        other.inner.batch_execute("BEGIN IMMEDIATE").unwrap();
        let refused = connection.insert(new_user("ada@example.org").build());
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }

    #[rstest]
    #[case(DatabaseErrorKind::ClosedConnection, "server closed the connection unexpectedly", true)]
    #[case(DatabaseErrorKind::UnableToSendCommand, "no connection to the server", true)]
    #[case(DatabaseErrorKind::ReadOnlyTransaction, "cannot execute INSERT in a read-only transaction", true)]
    #[case(DatabaseErrorKind::SerializationFailure, "could not serialize access", true)]
    #[case(DatabaseErrorKind::Unknown, "canceling statement due to statement timeout", true)]
    #[case(DatabaseErrorKind::Unknown, "canceling statement due to lock timeout", true)]
    #[case(DatabaseErrorKind::Unknown, "terminating connection due to administrator command", true)]
    #[case(DatabaseErrorKind::Unknown, "the database system is shutting down", true)]
    #[case(DatabaseErrorKind::Unknown, "could not extend file \"base/5/1\": No space left on device", true)]
    #[case(DatabaseErrorKind::Unknown, "disk I/O error", true)]
    #[case(DatabaseErrorKind::Unknown, "relation \"users\" does not exist", false)]
    #[case(DatabaseErrorKind::Unknown, "no such table: users", false)]
    #[case(DatabaseErrorKind::Unknown, "database disk image is malformed", false)]
    #[case(DatabaseErrorKind::NotNullViolation, "NOT NULL constraint failed: users.email", false)]
    fn what_can_pass_is_unavailable_and_the_rest_is_not(
        #[case] kind: DatabaseErrorKind,
        #[case] message: &'static str,
        #[case] is_unavailable: bool,
    ) {
        let error = store_error(database_error(kind, message, None));
        assert_eq!(matches!(error, StoreError::Unavailable(_)), is_unavailable, "{error:?}");
        assert_eq!(matches!(error, StoreError::Other(_)), !is_unavailable, "{error:?}");
    }

    #[test]
    fn a_failed_commit_counts_as_what_made_it_fail() {
        let commit_error = Box::new(database_error(DatabaseErrorKind::Unknown, "database or disk is full", None));
        let rollback_error = Box::new(Error::NotInTransaction);
        let error = store_error(Error::RollbackErrorOnCommit { rollback_error, commit_error });
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }
}
