use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use ore_domain::{Constraint, StoreError};

/// A unique index, by both of its names: PostgreSQL reports the index, SQLite the columns.
struct UniqueIndex {
    name: &'static str,
    columns: &'static str,
    constraint: Constraint,
}

const UNIQUE_INDEXES: &[UniqueIndex] = &[
    UniqueIndex {
        name: "users_email_canonical_key",
        columns: "users.email_canonical",
        constraint: Constraint::UserEmail,
    },
    UniqueIndex {
        name: "idempotency_keys_pkey",
        columns: "idempotency_keys.id",
        constraint: Constraint::IdempotencyKey,
    },
    UniqueIndex { name: "roles_pkey", columns: "roles.name", constraint: Constraint::RoleName },
    UniqueIndex { name: "signing_keys_pkey", columns: "signing_keys.kid", constraint: Constraint::SigningKey },
    UniqueIndex { name: "signing_keys_active_key", columns: "signing_keys.state", constraint: Constraint::SigningKey },
    UniqueIndex {
        name: "passkeys_credential_id_key",
        columns: "passkeys.credential_id",
        constraint: Constraint::Passkey,
    },
];

/// The consequence of a failed query for its connection, and whether the query can run again.
///
/// Diesel distinguishes a few codes of PostgreSQL and hides the others, and the messages of PostgreSQL come in the
/// language of the server (`lc_messages`). So any error that is not known to be a refusal counts against the
/// connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// The database refuses the query, and would do so on any connection.
    Refusal,
    /// The transaction had to give way to another one (40001). It can run again at once.
    Conflict,
    /// The transaction had to give way to another one that waited for it (40P01). It can run again when that one has
    /// gone on.
    Deadlock,
    /// The query took the maximum time. Another attempt would take as long, and a new connection changes nothing.
    Timeout,
    /// The connection is broken: closed, cancelled by others, read-only, or with plans of an older table.
    BadConnection,
}

/// The kind of an error; `took_all_its_time` says that the query took as long as the database allows.
pub(crate) fn fault_kind(error: &Error, took_all_its_time: bool) -> FaultKind {
    match error {
        Error::DatabaseError(kind, _) => match kind {
            DatabaseErrorKind::UniqueViolation
            | DatabaseErrorKind::ForeignKeyViolation
            | DatabaseErrorKind::NotNullViolation
            | DatabaseErrorKind::CheckViolation
            | DatabaseErrorKind::RestrictViolation
            | DatabaseErrorKind::ExclusionViolation => FaultKind::Refusal,
            DatabaseErrorKind::SerializationFailure => FaultKind::Conflict,
            DatabaseErrorKind::Unknown if is_deadlock(error) => FaultKind::Deadlock,
            DatabaseErrorKind::Unknown if took_all_its_time || is_locked(error) => FaultKind::Timeout,
            _ => FaultKind::BadConnection,
        },
        Error::BrokenTransactionManager | Error::RollbackErrorOnCommit { .. } => FaultKind::BadConnection,
        _ => FaultKind::Refusal,
    }
}

/// Advice for the operator if there is a pooler that the settings do not name.
pub(crate) const POOLER: &str = "a connection pooler in transaction mode is in front of PostgreSQL; set \
                                 BACKEND_DATABASE_POOLER=transaction";

/// The store error for a failure of Diesel.
pub(crate) fn store_error(error: Error) -> StoreError {
    if let Some(constraint) = violated_constraint(&error) {
        return StoreError::Conflict(constraint);
    }
    if is_of_pooler(&error) {
        return StoreError::unavailable(POOLER);
    }
    match fault_kind(&error, false) {
        FaultKind::Refusal => StoreError::other(error),
        FaultKind::Conflict | FaultKind::Deadlock | FaultKind::Timeout | FaultKind::BadConnection => {
            StoreError::unavailable(error)
        }
    }
}

/// Whether a prepared statement is missing or belongs to somebody else: the connection of the server is not the one on
/// which Diesel prepared it. The message is in the language of the server, but the name of the statement is not.
fn is_of_pooler(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().contains("__diesel_stmt_"))
}

/// Whether SQLite refused because another connection was writing. SQLite's messages are always English.
pub(crate) fn is_locked(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message().starts_with("database is locked"))
}

/// Whether PostgreSQL ended the transaction because of a deadlock (40P01). If the messages are not English, the error
/// counts against the connection, and the transaction runs again on another one.
fn is_deadlock(error: &Error) -> bool {
    matches!(error, Error::DatabaseError(_, information) if information.message() == "deadlock detected")
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

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use ore_domain::Users;
    use ore_testkit::new_user;
    use rstest::rstest;

    use super::*;
    use crate::test_support::{connection, migrated_connection};

    /// Error information without a message from PostgreSQL.
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

    const UNIQUE: &str = "duplicate key value violates unique constraint";

    #[rstest]
    #[case::refused(DatabaseErrorKind::UniqueViolation, UNIQUE, FaultKind::Refusal)]
    #[case::null(DatabaseErrorKind::NotNullViolation, "NOT NULL constraint failed: users.email", FaultKind::Refusal)]
    #[case::gave_way(DatabaseErrorKind::SerializationFailure, "could not serialize access", FaultKind::Conflict)]
    #[case::deadlock(DatabaseErrorKind::Unknown, "deadlock detected", FaultKind::Deadlock)]
    #[case::deadlock_in_german(DatabaseErrorKind::Unknown, "Verklemmung entdeckt", FaultKind::BadConnection)]
    #[case::locked(DatabaseErrorKind::Unknown, "database is locked", FaultKind::Timeout)]
    #[case::closed(DatabaseErrorKind::ClosedConnection, "server closed the connection", FaultKind::BadConnection)]
    #[case::unsent(DatabaseErrorKind::UnableToSendCommand, "no connection to the server", FaultKind::BadConnection)]
    #[case::read_only(DatabaseErrorKind::ReadOnlyTransaction, "cannot execute INSERT", FaultKind::BadConnection)]
    #[case::plan(DatabaseErrorKind::Unknown, "cached plan must not change result type", FaultKind::BadConnection)]
    #[case::german(DatabaseErrorKind::Unknown, "das Datenbanksystem fährt herunter", FaultKind::BadConnection)]
    #[case::disk(DatabaseErrorKind::Unknown, "disk I/O error", FaultKind::BadConnection)]
    fn what_is_not_a_refusal_is_unavailable_in_any_language(
        #[case] kind: DatabaseErrorKind,
        #[case] message: &'static str,
        #[case] expected: FaultKind,
    ) {
        let error = database_error(kind, message, None);
        assert_eq!(fault_kind(&error, false), expected);
        let is_refusal = expected == FaultKind::Refusal;
        let error = store_error(error);
        assert_eq!(matches!(error, StoreError::Unavailable(_)), !is_refusal, "{error:?}");
        assert_eq!(matches!(error, StoreError::Other(_)), is_refusal, "{error:?}");
    }

    #[test]
    fn what_took_all_its_time_is_not_held_against_the_connection_unless_that_is_gone() {
        let unknown = database_error(DatabaseErrorKind::Unknown, "storniere Anfrage", None);
        assert_eq!(fault_kind(&unknown, true), FaultKind::Timeout);
        let closed = database_error(DatabaseErrorKind::ClosedConnection, "Verbindung beendet", None);
        assert_eq!(fault_kind(&closed, true), FaultKind::BadConnection);
        // PostgreSQL looks for deadlocks after a second, which is nearly all the time that there is.
        let deadlock = database_error(DatabaseErrorKind::Unknown, "deadlock detected", None);
        assert_eq!(fault_kind(&deadlock, true), FaultKind::Deadlock);
    }

    #[test]
    fn a_failed_commit_counts_as_what_made_it_fail() {
        let commit_error = Box::new(database_error(DatabaseErrorKind::Unknown, "database or disk is full", None));
        let rollback_error = Box::new(Error::NotInTransaction);
        let error = store_error(Error::RollbackErrorOnCommit { rollback_error, commit_error });
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }
}
