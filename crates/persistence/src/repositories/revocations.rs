use std::time::Duration;

use chrono::NaiveDateTime;
use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use ore_domain::{FeedHead, Revocation, Revocations, Revoked, RoleName, StoreError, Timestamp, UserId};

use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::schema::{revocation_feed, revocations};
use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;

/// How many get their place in one statement, which has two parameters for each.
const NUMBERED_AT_ONCE: usize = 100;

const REVOKE_HOLDERS: &str = "
    INSERT INTO revocations (user_id, not_before, created_at) SELECT user_id, $1, $2 FROM user_roles WHERE role = $3";

const DELETE_OLD: &str = "
    DELETE FROM revocations WHERE id IN (
        SELECT id FROM revocations
        WHERE created_at < $1 AND COALESCE(number, -1) <> (SELECT number FROM revocation_feed)
        ORDER BY created_at LIMIT $2)";

#[derive(Queryable, Selectable)]
#[diesel(table_name = revocations)]
struct RevocationRow {
    number: Option<i64>,
    session_id: Option<String>,
    user_id: Option<i64>,
    not_before: Option<i64>,
    created_at: NaiveDateTime,
}

impl RevocationRow {
    fn into_revocation(self) -> Result<Revocation, StoreError> {
        let revoked = match (self.session_id, self.user_id, self.not_before) {
            (Some(session), None, None) => Revoked::Session(session),
            (None, Some(user), Some(not_before)) => Revoked::User { id: UserId::new(user), not_before },
            _ => return Err(StoreError::other("a revocation is of neither a session nor a user")),
        };
        Ok(Revocation { number: self.number.unwrap_or_default(), revoked, at: self.created_at.and_utc() })
    }
}

impl Revocations for DatabaseConnection {
    fn revoke_user(&mut self, user: UserId, not_before: i64, at: Timestamp) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(revocations::table).values((
            revocations::user_id.eq(user.get()),
            revocations::not_before.eq(not_before),
            revocations::created_at.eq(StoredTimestamp::from(at)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn revoke_holders(&mut self, role: &RoleName, not_before: i64, at: Timestamp) -> Result<(), StoreError> {
        let insertion = static_query(REVOKE_HOLDERS)
            .bind::<BigInt, _>(not_before)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(at))
            .bind::<Text, _>(role.as_str().to_owned());
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn feed_head(&mut self) -> Result<(FeedHead, bool), StoreError> {
        let columns = (revocation_feed::database, revocation_feed::number, revocation_feed::token_life);
        let head = revocation_feed::table.select(columns);
        let (database, number, life) = self.query(|connection| head.first::<(String, i64, i64)>(connection))?;
        let (last, token_life) = (self.find_revocation(number)?, seconds(life)?);
        let unnumbered = select(exists(revocations::table.filter(revocations::number.is_null())));
        let has_more = self.query(|connection| unnumbered.get_result(connection))?;
        Ok((FeedHead { database, number, last, token_life }, has_more))
    }

    fn number_revocations(&mut self, limit: u32) -> Result<(), StoreError> {
        let head = revocation_feed::table.select(revocation_feed::number);
        // Who has the row numbers; others wait, and go on after it.
        let last = self.query(|connection| match connection {
            AnyConnection::Postgres(connection) => head.for_update().first::<i64>(connection),
            connection @ AnyConnection::Sqlite(_) => head.first::<i64>(connection),
        })?;
        let unnumbered = revocations::table
            .filter(revocations::number.is_null())
            .order(revocations::id)
            .limit(limit.into())
            .select(revocations::id);
        let keys = self.query(|connection| unnumbered.load::<i64>(connection))?;
        let mut number = last;
        for keys in keys.chunks(NUMBERED_AT_ONCE) {
            self.query(|connection| numbering(keys, number).execute(connection))?;
            number += i64::try_from(keys.len()).map_err(StoreError::other)?;
        }
        let update = diesel::update(revocation_feed::table).set(revocation_feed::number.eq(number));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn revocations_after(&mut self, number: i64, since: Timestamp, limit: u32) -> Result<Vec<Revocation>, StoreError> {
        let query = revocations::table
            .filter(revocations::number.gt(number))
            .filter(revocations::created_at.ge(StoredTimestamp::from(since)))
            .order(revocations::number)
            .limit(limit.into())
            .select(RevocationRow::as_select());
        let rows = self.query(|connection| query.load::<RevocationRow>(connection))?;
        rows.into_iter().map(RevocationRow::into_revocation).collect()
    }

    fn find_revocation(&mut self, number: i64) -> Result<Option<Revocation>, StoreError> {
        let query = revocations::table.filter(revocations::number.eq(number)).select(RevocationRow::as_select());
        let row = self.query(|connection| query.first::<RevocationRow>(connection).optional())?;
        row.map(RevocationRow::into_revocation).transpose()
    }

    fn record_token_life(&mut self, life: Duration, now: Timestamp, until: Timestamp) -> Result<Duration, StoreError> {
        let life = i64::try_from(life.as_secs()).map_err(StoreError::other)?;
        let counts_no_more = revocation_feed::token_life_until.lt(StoredTimestamp::from(now));
        let update = diesel::update(revocation_feed::table)
            .filter(revocation_feed::token_life.le(life).or(counts_no_more))
            .set((
                revocation_feed::token_life.eq(life),
                revocation_feed::token_life_until.eq(StoredTimestamp::from(until)),
            ));
        self.query(|connection| update.execute(connection))?;
        let kept = revocation_feed::table.select(revocation_feed::token_life);
        seconds(self.query(|connection| kept.first::<i64>(connection))?)
    }

    fn delete_revocations(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_OLD)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}

fn seconds(life: i64) -> Result<Duration, StoreError> {
    u64::try_from(life).map(Duration::from_secs).map_err(StoreError::other)
}

/// The places after `last`, in the order of the keys.
fn numbering(keys: &[i64], last: i64) -> StaticQuery<'_> {
    let rows: Vec<_> = (0..keys.len()).map(|row| format!("(${}, ${})", 2 * row + 1, 2 * row + 2)).collect();
    let text = format!(
        "UPDATE revocations SET number = numbered.column2 FROM (VALUES {}) AS numbered
        WHERE revocations.id = numbered.column1",
        rows.join(", ")
    );
    keys.iter().zip(last + 1..).fold(static_query(text).unprepared(), |query, (key, number)| {
        query.bind::<BigInt, _>(*key).bind::<BigInt, _>(number)
    })
}
