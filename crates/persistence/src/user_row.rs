use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{CanonicalEmail, EmailAddress, NewUser, PasswordHash, User, UserId};

use crate::schema::users;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `users` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i64,
    email: String,
    hashed_password: String,
    is_active: bool,
    created_at: NaiveDateTime,
    email_canonical: String,
    credentials_changed_at: Option<NaiveDateTime>,
}

impl From<UserRow> for User {
    fn from(row: UserRow) -> Self {
        Self {
            id: UserId::new(row.id),
            email: EmailAddress::from_stored(row.email, CanonicalEmail::from_stored(row.email_canonical)),
            password_hash: PasswordHash::new(row.hashed_password),
            is_active: row.is_active,
            created_at: row.created_at.and_utc(),
            credentials_changed_at: row.credentials_changed_at.map(|changed| changed.and_utc()),
        }
    }
}

/// A row of `users` as it is written; the database gives the key.
#[derive(Insertable)]
#[diesel(table_name = users)]
pub(crate) struct NewUserRow<'a> {
    email: &'a str,
    hashed_password: &'a str,
    is_active: bool,
    created_at: StoredTimestamp,
    email_canonical: &'a str,
}

impl<'a> From<&'a NewUser> for NewUserRow<'a> {
    fn from(user: &'a NewUser) -> Self {
        Self {
            email: user.email.as_str(),
            hashed_password: user.password_hash.expose(),
            is_active: true,
            created_at: user.created_at.into(),
            email_canonical: user.email.canonical().as_str(),
        }
    }
}
