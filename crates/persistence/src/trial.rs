use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use ore_domain::{EmailAddress, NewUser, PasswordHash, StoreError, Timestamp, UserId, Users};

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::transaction::WriteTransaction;

/// The key of no user, and an address that nobody can have: its domain is reserved (RFC 2606, 2).
const NOBODY: UserId = UserId::new(-1);
const ADDRESS: &str = "readiness@example.invalid";

/// Tries what requests do with the tables, without data of any request, and leaves everything as it was.
///
/// # Errors
/// The error that requests would get.
pub(crate) fn try_work(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    connection.find(NOBODY)?;
    let mut transaction = WriteTransaction::begin(connection)?;
    match transaction.connection().inner {
        AnyConnection::Postgres(_) => try_to_write(transaction.connection()),
        AnyConnection::Sqlite(_) => {
            transaction.connection().find(NOBODY)?;
            rewrite_version(transaction.connection())?;
            transaction.commit()
        }
    }
}

/// Tries what requests do, in a transaction of PostgreSQL that is rolled back. PostgreSQL writes before the commit, so
/// the trial finds a server that takes no writes.
///
/// # Errors
/// The error that requests would get.
pub(crate) fn try_to_write(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    connection.find(NOBODY)?;
    insert(connection)
}

fn insert(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    let email = EmailAddress::parse(ADDRESS).map_err(StoreError::other)?;
    let user = NewUser {
        email,
        password_hash: PasswordHash::new(String::new()),
        created_at: Timestamp::UNIX_EPOCH,
        last_login_at: None,
    };
    match connection.insert(user) {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Integer)]
    user_version: i32,
}

/// Writes `user_version` again, unchanged. SQLite writes only at the commit, so the trial has to commit something.
fn rewrite_version(connection: &mut DatabaseConnection) -> Result<(), StoreError> {
    connection.query(|inner| {
        let version: Version = diesel::sql_query("SELECT user_version FROM pragma_user_version").get_result(inner)?;
        inner.batch_execute(&format!("PRAGMA user_version = {}", version.user_version))
    })
}
