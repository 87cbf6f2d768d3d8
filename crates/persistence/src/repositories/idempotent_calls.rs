use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamp as SqlTimestamp};
use ore_domain::{CallState, IdempotentCall, IdempotentCalls, StoreError, Timestamp};

use super::find_one::find_one;
use crate::connection::DatabaseConnection;
use crate::schema::idempotency_keys;
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

const DELETE_EXPIRED: &str = "
    DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE expires_at < $1 LIMIT $2)";

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys)]
struct CallRow {
    fingerprint: String,
    sealed: Option<Vec<u8>>,
    running_until: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl IdempotentCalls for DatabaseConnection {
    fn claim_call(&mut self, call: &IdempotentCall) -> Result<CallState, StoreError> {
        let row = find_one!(self, idempotency_keys::table.find(&call.id).select(CallRow::as_select()), CallRow)?;
        let Some(row) = row else {
            self.insert_call(call)?;
            return Ok(CallState::New);
        };
        if row.expires_at.and_utc() > call.at {
            if row.fingerprint != call.fingerprint {
                return Ok(CallState::OtherBody);
            }
            if let Some(sealed) = row.sealed {
                return Ok(CallState::Done(sealed));
            }
            if row.running_until.and_utc() > call.at {
                return Ok(CallState::Running);
            }
        }
        self.release_call(&call.id)?;
        self.insert_call(call)?;
        Ok(CallState::New)
    }

    fn finish_call(&mut self, id: &str, sealed: &[u8]) -> Result<(), StoreError> {
        let update = diesel::update(idempotency_keys::table.find(id)).set(idempotency_keys::sealed.eq(sealed));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn release_call(&mut self, id: &str) -> Result<(), StoreError> {
        let deletion = diesel::delete(idempotency_keys::table.find(id));
        self.query(|connection| deletion.execute(connection)).map(drop)
    }

    fn delete_expired_calls(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_EXPIRED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(now))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}

impl DatabaseConnection {
    fn insert_call(&mut self, call: &IdempotentCall) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(idempotency_keys::table).values((
            idempotency_keys::id.eq(&call.id),
            idempotency_keys::fingerprint.eq(&call.fingerprint),
            idempotency_keys::running_until.eq(StoredTimestamp::from(call.running_until)),
            idempotency_keys::expires_at.eq(StoredTimestamp::from(call.expires_at)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }
}
