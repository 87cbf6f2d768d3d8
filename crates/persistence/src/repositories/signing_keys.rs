use chrono::NaiveDateTime;
use diesel::prelude::*;
use ore_domain::{SigningKeys, StoreError, StoredSigningKey};

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::schema::signing_keys;
use crate::stored_timestamp::StoredTimestamp;

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
struct SigningKeyRow {
    kid: String,
    algorithm: String,
    sealed: Vec<u8>,
    state: String,
    created_at: NaiveDateTime,
    activated_at: Option<NaiveDateTime>,
    retired_at: Option<NaiveDateTime>,
}

impl SigningKeyRow {
    fn into_key(self) -> Result<StoredSigningKey, StoreError> {
        Ok(StoredSigningKey {
            kid: self.kid,
            algorithm: self.algorithm,
            sealed: self.sealed,
            state: self.state.parse().map_err(|_| StoreError::other("a signing key has a state that is not known"))?,
            created_at: self.created_at.and_utc(),
            activated_at: self.activated_at.map(|time| time.and_utc()),
            retired_at: self.retired_at.map(|time| time.and_utc()),
        })
    }
}

impl SigningKeys for DatabaseConnection {
    fn list_signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError> {
        let is_in_transaction = self.is_in_transaction();
        let query = signing_keys::table.order((signing_keys::created_at, signing_keys::kid));
        let rows = self.query(|connection| match connection {
            AnyConnection::Postgres(connection) if is_in_transaction => {
                query.select(SigningKeyRow::as_select()).for_update().load(connection)
            }
            connection => query.select(SigningKeyRow::as_select()).load(connection),
        })?;
        rows.into_iter().map(SigningKeyRow::into_key).collect()
    }

    fn insert_signing_key(&mut self, key: &StoredSigningKey) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(signing_keys::table).values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::algorithm.eq(&key.algorithm),
            signing_keys::sealed.eq(&key.sealed),
            signing_keys::state.eq(key.state.name()),
            signing_keys::created_at.eq(StoredTimestamp::from(key.created_at)),
            signing_keys::activated_at.eq(key.activated_at.map(StoredTimestamp::from)),
            signing_keys::retired_at.eq(key.retired_at.map(StoredTimestamp::from)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn update_signing_key(&mut self, key: &StoredSigningKey) -> Result<bool, StoreError> {
        let update = diesel::update(signing_keys::table.find(&key.kid)).set((
            signing_keys::state.eq(key.state.name()),
            signing_keys::activated_at.eq(key.activated_at.map(StoredTimestamp::from)),
            signing_keys::retired_at.eq(key.retired_at.map(StoredTimestamp::from)),
        ));
        Ok(self.query(|connection| update.execute(connection))? == 1)
    }

    fn delete_signing_key(&mut self, kid: &str) -> Result<bool, StoreError> {
        let deletion = diesel::delete(signing_keys::table.find(kid));
        Ok(self.query(|connection| deletion.execute(connection))? == 1)
    }
}
