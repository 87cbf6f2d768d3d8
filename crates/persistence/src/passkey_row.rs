use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{NewPasskey, Passkey, StoreError, UserHandle, UserId};

use crate::schema::passkeys;
use crate::stored_timestamp::StoredTimestamp;

/// A row of `passkeys`, as it is read.
#[derive(Queryable, QueryableByName, Selectable)]
#[diesel(table_name = passkeys)]
pub(crate) struct PasskeyRow {
    id: String,
    user_id: i64,
    credential_id: Vec<u8>,
    name: String,
    created_at: NaiveDateTime,
    last_used_at: Option<NaiveDateTime>,
}

impl PasskeyRow {
    pub(crate) fn into_passkey(self) -> Result<Passkey, StoreError> {
        Ok(Passkey {
            id: self.id.parse().map_err(StoreError::other)?,
            user_id: UserId::new(self.user_id),
            credential_id: self.credential_id,
            name: self.name,
            created_at: self.created_at.and_utc(),
            last_used_at: self.last_used_at.map(|time| time.and_utc()),
        })
    }
}

/// A user handle, as it is stored.
pub(crate) fn user_handle(stored: &[u8]) -> Result<UserHandle, StoreError> {
    Ok(UserHandle(stored.try_into().map_err(StoreError::other)?))
}

/// A row of `passkeys` as it is written.
#[derive(Insertable)]
#[diesel(table_name = passkeys)]
pub(crate) struct NewPasskeyRow<'a> {
    id: String,
    user_id: i64,
    credential_id: &'a [u8],
    name: &'a str,
    record: &'a str,
    counter: i64,
    is_proven: bool,
    created_at: StoredTimestamp,
}

impl<'a> From<&'a NewPasskey> for NewPasskeyRow<'a> {
    fn from(NewPasskey { passkey, record, counter, is_proven }: &'a NewPasskey) -> Self {
        Self {
            id: passkey.id.to_string(),
            user_id: passkey.user_id.get(),
            credential_id: &passkey.credential_id,
            name: &passkey.name,
            record,
            counter: i64::from(*counter),
            is_proven: *is_proven,
            created_at: passkey.created_at.into(),
        }
    }
}
