use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    CeremonyId, Changed, NewPasskey, Passkey, PasskeyId, PasskeyUse, Passkeys, Stale, StoreError, StoredPasskey,
    Timestamp, UserHandle, UserId,
};

use super::find_one::find_one;
use crate::connection::DatabaseConnection;
use crate::passkey_row::{NewPasskeyRow, PasskeyRow, user_handle};
use crate::schema::{passkey_handles, passkeys};
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

const ADD_HANDLE: &str = "
    INSERT INTO passkey_handles (user_id, handle) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING";

const NOTE_USE: &str = "
    UPDATE passkeys SET record = $1, counter = $2, last_used_at = $3
    WHERE id = $4 AND (counter < $2 OR (counter = 0 AND $2 = 0))";

const SPEND: &str = "INSERT INTO spent_ceremonies (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING";

const DELETE_SPENT: &str = "
    DELETE FROM spent_ceremonies WHERE id IN (SELECT id FROM spent_ceremonies WHERE expires_at < $1 LIMIT $2)";

impl Passkeys for DatabaseConnection {
    fn user_handle(&mut self, user: UserId, new: UserHandle) -> Result<UserHandle, StoreError> {
        let insertion =
            static_query(ADD_HANDLE).bind::<BigInt, _>(user.get()).bind::<Binary, _>(new.0.as_slice().to_vec());
        self.query(|connection| insertion.execute(connection))?;
        self.find_user_handle(user)?.ok_or_else(|| StoreError::other("the user has no handle"))
    }

    fn find_user_handle(&mut self, user: UserId) -> Result<Option<UserHandle>, StoreError> {
        let query = passkey_handles::table.find(user.get()).select(passkey_handles::handle);
        let stored: Option<Vec<u8>> = self.query(|connection| query.first(connection).optional())?;
        stored.as_deref().map(user_handle).transpose()
    }

    fn insert_passkey(&mut self, passkey: &NewPasskey) -> Result<Changed<()>, StoreError> {
        let insertion = diesel::insert_into(passkeys::table).values(NewPasskeyRow::from(passkey));
        self.query(|connection| insertion.execute(connection))?;
        Ok(Changed::new((), Stale::User(passkey.passkey.user_id)))
    }

    fn find_passkey(&mut self, credential_id: &[u8]) -> Result<Option<StoredPasskey>, StoreError> {
        let found = passkeys::table.filter(passkeys::credential_id.eq(credential_id));
        let Some((row, record)) =
            find_one!(self, found.select((PasskeyRow::as_select(), passkeys::record)), (PasskeyRow, String))?
        else {
            return Ok(None);
        };
        let passkey = row.into_passkey()?;
        let user_handle = self.find_user_handle(passkey.user_id)?;
        Ok(user_handle.map(|user_handle| StoredPasskey { passkey, user_handle, record }))
    }

    fn passkeys_of_user(&mut self, user: UserId) -> Result<Vec<Passkey>, StoreError> {
        let query = passkeys::table
            .filter(passkeys::user_id.eq(user.get()))
            .order((passkeys::created_at, passkeys::id))
            .select(PasskeyRow::as_select());
        let rows = self.query(|connection| query.load::<PasskeyRow>(connection))?;
        rows.into_iter().map(PasskeyRow::into_passkey).collect()
    }

    fn rename_passkey(&mut self, user: UserId, id: PasskeyId, name: &str) -> Result<Option<Passkey>, StoreError> {
        let own = passkeys::table.find(id.to_string()).filter(passkeys::user_id.eq(user.get()));
        let update = diesel::update(own.clone()).set(passkeys::name.eq(name));
        self.query(|connection| update.execute(connection))?;
        let row = find_one!(self, own.select(PasskeyRow::as_select()), PasskeyRow)?;
        row.map(PasskeyRow::into_passkey).transpose()
    }

    fn delete_passkey(&mut self, user: UserId, id: PasskeyId) -> Result<Changed<bool>, StoreError> {
        let own = passkeys::table.find(id.to_string()).filter(passkeys::user_id.eq(user.get()));
        let deletion = diesel::delete(own);
        let rows = self.query(|connection| deletion.execute(connection))?;
        Ok(Changed::new(rows == 1, Stale::User(user)))
    }

    fn delete_passkeys_of_user(&mut self, user: UserId, proven_ones_too: bool) -> Result<Changed<usize>, StoreError> {
        let deletion = diesel::delete(
            passkeys::table
                .filter(passkeys::user_id.eq(user.get()))
                .filter(passkeys::is_proven.eq(false).or(passkeys::is_proven.eq(proven_ones_too))),
        );
        let rows = self.query(|connection| deletion.execute(connection))?;
        Ok(Changed::new(rows, Stale::User(user)))
    }

    fn record_passkey_use(&mut self, passkey_use: &PasskeyUse) -> Result<bool, StoreError> {
        let update = static_query(NOTE_USE)
            .bind::<Text, _>(passkey_use.record.as_str())
            .bind::<BigInt, _>(i64::from(passkey_use.counter))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(passkey_use.at))
            .bind::<Text, _>(passkey_use.id.to_string());
        self.query(|connection| update.execute(connection)).map(|rows| rows == 1)
    }

    fn spend_ceremony(&mut self, id: CeremonyId, expires_at: Timestamp) -> Result<bool, StoreError> {
        let insertion = static_query(SPEND)
            .bind::<Text, _>(id.to_string())
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(expires_at));
        self.query(|connection| insertion.execute(connection)).map(|rows| rows == 1)
    }

    fn delete_spent_ceremonies(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_SPENT)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::query_plans::{Statement, assert_no_table_is_read_whole};

    const ADA: UserId = UserId::new(1);
    const AT: Timestamp = DateTime::UNIX_EPOCH;

    fn used() -> PasskeyUse {
        PasskeyUse { id: id(), record: String::new(), counter: 1, at: AT }
    }

    fn id() -> PasskeyId {
        PasskeyId::from_random_bytes([7; 16])
    }

    fn ceremony() -> CeremonyId {
        CeremonyId::from_random_bytes([7; 16])
    }

    const STATEMENTS: &[Statement] = &[
        ("user_handle", |r| drop(r.user_handle(ADA, UserHandle([7; 16])))),
        ("find_user_handle", |r| drop(r.find_user_handle(ADA))),
        ("find_passkey", |r| drop(r.find_passkey(&[7]))),
        ("passkeys_of_user", |r| drop(r.passkeys_of_user(ADA))),
        ("rename_passkey", |r| drop(r.rename_passkey(ADA, id(), "key"))),
        ("delete_passkey", |r| drop(r.delete_passkey(ADA, id()))),
        ("delete_passkeys_of_user", |r| drop(r.delete_passkeys_of_user(ADA, false))),
        ("record_passkey_use", |r| drop(r.record_passkey_use(&used()))),
        ("spend_ceremony", |r| drop(r.spend_ceremony(ceremony(), AT))),
        ("delete_spent_ceremonies", |r| drop(r.delete_spent_ceremonies(AT, 1))),
    ];

    #[test]
    fn no_statement_reads_a_table_whole() {
        assert_no_table_is_read_whole(STATEMENTS);
    }
}
