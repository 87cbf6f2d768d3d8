use chrono::{Datelike, NaiveDateTime};
use diesel::prelude::*;
use ore_domain::{CanonicalEmail, EmailAddress, ListedUser, NewUser, PasswordHash, UnreadableUser, User, UserId};

use crate::lenient::Lenient;
use crate::schema::users;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `users` as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i64,
    email: Lenient<String>,
    hashed_password: Lenient<String>,
    is_active: Lenient<bool>,
    created_at: Lenient<NaiveDateTime>,
    email_canonical: Lenient<String>,
    credentials_changed_at: Lenient<Option<NaiveDateTime>>,
}

impl UserRow {
    /// The user of the row, or which of its values is none that a user can have.
    pub(crate) fn into_user(self) -> ListedUser {
        let id = UserId::new(self.id);
        self.read(id).map_err(|fault| UnreadableUser { id, fault })
    }

    fn read(self, id: UserId) -> Result<User, String> {
        let canonical = CanonicalEmail::from_stored(self.email_canonical.of_column("email_canonical")?);
        Ok(User {
            id,
            email: EmailAddress::from_stored(self.email.of_column("email")?, canonical),
            password_hash: PasswordHash::new(self.hashed_password.of_column("hashed_password")?),
            is_active: self.is_active.of_column("is_active")?,
            created_at: writable(self.created_at.of_column("created_at")?)?.and_utc(),
            credentials_changed_at: self
                .credentials_changed_at
                .into_option()?
                .flatten()
                .map(|changed| changed.and_utc()),
        })
    }
}

/// RFC 3339 has four digits for a year, and so have our answers.
fn writable(time: NaiveDateTime) -> Result<NaiveDateTime, String> {
    let year = time.year();
    if (0..=9999).contains(&year) {
        Ok(time)
    } else {
        Err(format!("created_at: the year {year} is not one of 0 to 9999"))
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
