use chrono::{Datelike, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text};
use ore_domain::{
    CanonicalEmail, EmailAddress, Factors, ListedUser, NewUser, PasswordHash, Profile, UnreadableUser, User, UserId,
};

use crate::lenient::Lenient;
use crate::role_rows::{granted_roles, parse_user_roles};
use crate::schema::users;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `users` as it is read.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct UserRow {
    id: i64,
    email: Lenient<String>,
    hashed_password: Lenient<String>,
    is_active: Lenient<bool>,
    created_at: Lenient<NaiveDateTime>,
    email_canonical: Lenient<String>,
    credentials_changed_at: Lenient<Option<NaiveDateTime>>,
    verified_email: Lenient<Option<String>>,
    display_name: Lenient<Option<String>>,
    locale: Lenient<Option<String>>,
    profile_changed_at: Lenient<Option<NaiveDateTime>>,
    last_login_at: Lenient<Option<NaiveDateTime>>,
    has_totp: Lenient<bool>,
    has_passkey: Lenient<bool>,
    #[diesel(select_expression = granted_roles(), sql_type = Nullable<Text>)]
    granted_roles: Option<String>,
}

impl UserRow {
    /// The user of the row, or which of its values is none that a user can have.
    pub(crate) fn into_user(self) -> ListedUser {
        let id = UserId::new(self.id);
        self.read(id).map_err(|fault| UnreadableUser { id, fault })
    }

    fn read(self, id: UserId) -> Result<User, String> {
        let canonical = CanonicalEmail::from_stored(self.email_canonical.of_column("email_canonical")?);
        let verified = self.verified_email.into_option()?.flatten();
        let time = |time: Lenient<Option<NaiveDateTime>>| {
            Ok::<_, String>(time.into_option()?.flatten().map(|time| time.and_utc()))
        };
        Ok(User {
            id,
            email_verified: verified.is_some_and(|verified| verified == canonical.as_str()),
            email: EmailAddress::from_stored(self.email.of_column("email")?, canonical),
            password_hash: PasswordHash::new(self.hashed_password.of_column("hashed_password")?),
            is_active: self.is_active.of_column("is_active")?,
            created_at: writable(self.created_at.of_column("created_at")?)?.and_utc(),
            credentials_changed_at: time(self.credentials_changed_at)?,
            profile: Profile {
                display_name: self.display_name.into_option()?.flatten(),
                locale: self.locale.into_option()?.flatten().and_then(|tag| tag.parse().ok()),
                changed_at: time(self.profile_changed_at)?,
            },
            last_login_at: time(self.last_login_at)?,
            roles: parse_user_roles(self.granted_roles.as_deref()),
            factors: Factors {
                totp: self.has_totp.of_column("has_totp")?,
                passkey: self.has_passkey.of_column("has_passkey")?,
            },
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
    last_login_at: Option<StoredTimestamp>,
}

impl<'a> From<&'a NewUser> for NewUserRow<'a> {
    fn from(user: &'a NewUser) -> Self {
        Self {
            email: user.email.as_str(),
            hashed_password: user.password_hash.expose(),
            is_active: true,
            created_at: user.created_at.into(),
            email_canonical: user.email.canonical().as_str(),
            last_login_at: user.last_login_at.map(StoredTimestamp::from),
        }
    }
}
