use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use ore_domain::{Access, Charge, Charges, Completion, Decision, LimitedBy, StoreError};

use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::static_query::static_query;

/// Counts the calls of all replicas in PostgreSQL.
#[derive(Debug, Clone)]
pub struct RateLimitTable(Arc<Database>);

impl Database {
    /// The table that counts for all replicas; `None` on SQLite, which serves one process.
    pub fn rate_limits(self: &Arc<Self>) -> Option<RateLimitTable> {
        self.is_postgres().then(|| RateLimitTable(Arc::clone(self)))
    }
}

impl RateLimitTable {
    /// Charges a call as [`Charges`] describes, by the clock of the database.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer; nothing is charged then.
    pub fn charge(&self, charges: &Charges) -> Result<Decision, StoreError> {
        self.0.ask(Access::Write, |connection| {
            let decision = charge(connection, charges)?;
            let is_charged = !matches!(decision, Decision::Refused { by: LimitedBy::Address(_), .. });
            Ok((decision, if is_charged { Completion::Commit } else { Completion::RollBack }))
        })
    }

    /// Deletes at most `limit` keys whose quota is full again, and returns their number.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub fn delete_unused(&self, limit: u32) -> Result<usize, StoreError> {
        self.0.ask(Access::Write, |connection| {
            let deletion = static_query(DELETE_UNUSED).bind::<BigInt, _>(i64::from(limit));
            Ok((connection.query(|inner| deletion.execute(inner))?, Completion::Commit))
        })
    }
}

/// The statement that charges the limits of a call, for this number of limits of the address.
///
/// Each limit is charged only if the one before it had room. Every call locks the limits in this order, so none waits
/// for a lock of a later one. If a limit of the address has no room, the statement may still charge it; the caller
/// rolls that back. The total and the reserve are charged only if they have room, because the charges of the address
/// stay even if they have none.
///
/// Like `Quota::charge`, it ignores an arrival time that the quota cannot have caused. But a call that waited for a
/// lock sees the charges of later calls, made by their later clock. So only an arrival more than a minute too late is
/// ignored: no call waits that long for a lock. The lack of room in a limit is returned as the time to wait.
fn statement(addresses: usize) -> String {
    let tiers = 0..addresses;
    let after = |tier: usize| match tier.checked_sub(1) {
        None => "clock".to_owned(),
        Some(before) => format!("clock, address_{before} WHERE room_at <= now"),
    };
    let [key, interval, capacity] = [1, 2, 3].map(|offset| 4 * addresses + offset);
    let limits: Vec<_> = tiers.clone().map(|tier| address_limit(tier, &after(tier))).collect();
    let total = upsert(key, interval, capacity, &after(addresses)) + &where_room(interval, capacity);
    let quiet: Vec<_> = tiers
        .clone()
        .map(|tier| format!("AND (SELECT arrival - now <= ${} FROM address_{tier}, clock)", 4 * tier + 4))
        .collect();
    let after_total = format!("{} AND NOT EXISTS (SELECT 1 FROM total) {}", after(addresses), quiet.join(" "));
    let reserve = upsert(key + 3, interval + 3, capacity + 3, &after_total) + &where_room(interval + 3, capacity + 3);
    let rooms: Vec<_> = tiers.map(|tier| format!("SELECT room_at FROM address_{tier}")).collect();
    format!(
        "WITH clock AS MATERIALIZED (SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS now),
        {limits}, total AS ({total} RETURNING arrival), reserve AS ({reserve} RETURNING arrival),
        addresses AS (SELECT COUNT(*) AS tiers, MAX(room_at) AS room_at FROM ({rooms}) AS rooms)
        SELECT tiers, room_at - now AS address_wait,
            CASE WHEN EXISTS (SELECT 1 FROM total) OR EXISTS (SELECT 1 FROM reserve) THEN NULL
            ELSE GREATEST((SELECT arrival FROM rate_limits WHERE key = ${key}) + ${interval} - ${capacity} - now, 1)
            END AS total_wait
        FROM addresses, clock",
        limits = limits.join(", "),
        rooms = rooms.join(" UNION ALL "),
    )
}

fn address_limit(tier: usize, after: &str) -> String {
    let [key, interval, capacity] = [1, 2, 3].map(|offset| 4 * tier + offset);
    let upsert = upsert(key, interval, capacity, after);
    format!("address_{tier} AS ({upsert} RETURNING arrival - ${capacity} AS room_at, arrival)")
}

/// The part of the statement for one limit, given the numbers of the parameters for its key, interval and capacity, and
/// the limit before it.
fn upsert(key: usize, interval: usize, capacity: usize, after: &str) -> String {
    format!(
        "INSERT INTO rate_limits AS held (key, arrival) SELECT ${key}, now + ${interval} FROM {after}
        ON CONFLICT (key) DO UPDATE SET arrival =
            CASE WHEN held.arrival > excluded.arrival - ${interval} + ${capacity} + 60000000 THEN excluded.arrival
            ELSE GREATEST(held.arrival + ${interval}, excluded.arrival) END"
    )
}

fn where_room(interval: usize, capacity: usize) -> String {
    format!(
        " WHERE held.arrival > excluded.arrival - ${interval} + ${capacity} + 60000000
            OR held.arrival + ${interval} <= excluded.arrival - ${interval} + ${capacity}"
    )
}

/// Skips keys that another call is charging.
const DELETE_UNUSED: &str = "
    DELETE FROM rate_limits WHERE key IN (
        SELECT key FROM rate_limits WHERE arrival < EXTRACT(EPOCH FROM clock_timestamp()) * 1000000
        LIMIT $1 FOR UPDATE SKIP LOCKED
    )";

/// The result of the statement.
#[derive(QueryableByName)]
struct Charged {
    /// The number of charged limits of the address: if one had no room, no later one was charged.
    #[diesel(sql_type = BigInt)]
    tiers: i64,
    /// The time until the last of them has room; zero or negative if it has.
    #[diesel(sql_type = BigInt)]
    address_wait: i64,
    /// The time until the total has room, if neither the total nor the reserve was charged.
    #[diesel(sql_type = Nullable<BigInt>)]
    total_wait: Option<i64>,
}

fn charge(connection: &mut DatabaseConnection, charges: &Charges) -> Result<Decision, StoreError> {
    let mut query = static_query(statement(charges.address.len()));
    for Charge { key, quota } in &charges.address {
        let share = quota.interval().saturating_mul(charges.fair_share);
        let [interval, capacity, share] = [quota.interval(), quota.capacity(), share].map(micros);
        query = query.bind::<Text, _>(key).bind::<BigInt, _>(interval).bind::<BigInt, _>(capacity);
        query = query.bind::<BigInt, _>(share);
    }
    for Charge { key, quota } in [&charges.total, &charges.reserve] {
        let [interval, capacity] = [quota.interval(), quota.capacity()].map(micros);
        query = query.bind::<Text, _>(key).bind::<BigInt, _>(interval).bind::<BigInt, _>(capacity);
    }
    let row: Charged = connection.query(|inner| query.get_result(inner))?;
    let wait = |wait: i64| u64::try_from(wait).ok().filter(|wait| *wait > 0).map(Duration::from_micros);
    if let Some(retry_after) = wait(row.address_wait) {
        let tier = usize::try_from(row.tiers - 1).unwrap_or_default();
        return Ok(Decision::Refused { by: LimitedBy::Address(tier), retry_after });
    }
    let retry_after = row.total_wait.and_then(wait);
    Ok(retry_after.map_or(Decision::Admitted, |retry_after| Decision::Refused { by: LimitedBy::Total, retry_after }))
}

fn micros(duration: Duration) -> i64 {
    duration.as_micros().try_into().unwrap_or(i64::MAX)
}
