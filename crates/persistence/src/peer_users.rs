use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamp as SqlTimestamp};
use ore_domain::{Access, Completion, PasswordHash, StoreError, Timestamp, UnreadableUser, UserId};

use crate::adoption::PeerTable;
use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::lenient::Lenient;

/// A user as the Python service stores one.
#[derive(Debug)]
pub struct PeerUser {
    /// The key.
    pub id: i64,
    /// The address, which may be none that we take.
    pub email: String,
    /// The hash of the password; empty where there is none.
    pub password_hash: PasswordHash,
    /// Whether the user may log in; one of whom that is unknown may not.
    pub is_active: bool,
    /// When the account was made, where that is known.
    pub created_at: Option<Timestamp>,
}

/// An entry of a list of them.
pub type ListedPeerUser = Result<PeerUser, UnreadableUser>;

#[derive(QueryableByName)]
struct PeerRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    email: Lenient<String>,
    #[diesel(sql_type = Text)]
    hashed_password: Lenient<String>,
    #[diesel(sql_type = Bool)]
    is_active: Lenient<bool>,
    #[diesel(sql_type = SqlTimestamp)]
    created_at: Lenient<NaiveDateTime>,
}

impl PeerRow {
    fn into_user(self) -> ListedPeerUser {
        let id = UserId::new(self.id);
        self.read().map_err(|fault| UnreadableUser { id, fault })
    }

    fn read(self) -> Result<PeerUser, String> {
        Ok(PeerUser {
            id: self.id,
            email: self.email.of_column("email")?,
            password_hash: PasswordHash::new(self.hashed_password.into_option()?.unwrap_or_default()),
            is_active: self.is_active.into_option()?.unwrap_or(false),
            created_at: self.created_at.into_option()?.map(|time| time.and_utc()),
        })
    }
}

impl Database {
    /// At most `limit` users of the table that the Python service made, in the order of their keys, those with keys above
    /// `after`. Ours has the same columns.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer, or has no such table.
    pub fn peer_users(&self, after: Option<i64>, limit: u32) -> Result<Vec<ListedPeerUser>, StoreError> {
        let rows = self.ask(Access::Read, |connection| Ok((load(connection, after, limit)?, Completion::Commit)))?;
        Ok(rows.into_iter().map(PeerRow::into_user).collect())
    }
}

fn load(connection: &mut DatabaseConnection, after: Option<i64>, limit: u32) -> Result<Vec<PeerRow>, StoreError> {
    let table = PeerTable::find(connection)?;
    let is_zoned = table.is_some_and(|table| table.has_zoned_times());
    let time = if is_zoned { "created_at AT TIME ZONE 'UTC'" } else { "created_at" };
    // The types are stated because those of the table are what the Python service chose.
    let query = format!(
        "SELECT CAST(id AS BIGINT) AS id, CAST(email AS TEXT) AS email, CAST(hashed_password AS TEXT) AS hashed_password,
            is_active, {time} AS created_at
         FROM users WHERE users.id > $1 ORDER BY users.id LIMIT {limit}"
    );
    let query = diesel::sql_query(query).bind::<BigInt, _>(after.unwrap_or(i64::MIN));
    connection.query(|inner| query.load(inner))
}
