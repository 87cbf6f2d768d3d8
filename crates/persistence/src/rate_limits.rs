use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};
use ore_domain::{Access, Charges, Completion, Decision, LimitedBy, StoreError};

use crate::connection::DatabaseConnection;
use crate::database::Database;

/// Counts the calls of all replicas in PostgreSQL.
#[derive(Debug, Clone)]
pub struct RateLimitTable(Arc<Database>);

impl Database {
    /// The table that counts for all replicas; none on SQLite, which serves one process.
    pub fn rate_limits(self: &Arc<Self>) -> Option<RateLimitTable> {
        self.is_postgres().then(|| RateLimitTable(Arc::clone(self)))
    }
}

impl RateLimitTable {
    /// Charges all of the limits or none, by the clock of the database.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer; nothing is charged then.
    pub fn charge(&self, charges: &Charges) -> Result<Decision, StoreError> {
        self.0.ask(Access::Write, |connection| {
            let decision = charge(connection, charges)?;
            let completion = if decision == Decision::Admitted { Completion::Commit } else { Completion::RollBack };
            Ok((decision, completion))
        })
    }

    /// Deletes keys of which nothing is used up, at most `limit`, and returns how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub fn delete_unused(&self, limit: u32) -> Result<usize, StoreError> {
        self.0.ask(Access::Write, |connection| {
            let deletion = diesel::sql_query(DELETE_UNUSED).bind::<BigInt, _>(i64::from(limit));
            Ok((connection.query(|inner| deletion.execute(inner))?, Completion::Commit))
        })
    }
}

/// Charges one limit, given the parameters for its key, interval and capacity and what must have been charged before.
macro_rules! charge_one {
    ($limit:literal, $key:literal, $interval:literal, $capacity:literal, $before:literal) => {
        concat!(
            $limit,
            " AS (INSERT INTO rate_limits AS held (key, arrival) SELECT ",
            $key,
            ", now + ",
            $interval,
            " FROM ",
            $before,
            " ON CONFLICT (key) DO UPDATE SET arrival = CASE WHEN held.arrival > excluded.arrival - ",
            $interval,
            " + ",
            $capacity,
            " + 60000000 THEN excluded.arrival ELSE GREATEST(held.arrival + ",
            $interval,
            ", excluded.arrival) END RETURNING arrival - ",
            $capacity,
            " AS room_at)"
        )
    };
}

/// Each limit is charged only if the one before it had room, and none waits for a lock of a later one: everybody locks
/// them in this order. The last row may be of a limit without room: then it is rolled back.
///
/// As `Quota::charge` does it: an arrival time that the quota cannot have caused counts as none. But a call that waited
/// for a lock finds what later calls have charged, by their later clock, so that only an arrival a minute beyond counts
/// as foreign: nobody waits for a lock that long. What a limit has too little is the time to wait.
const CHARGE: &str = concat!(
    "WITH clock AS MATERIALIZED (SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT AS now), ",
    charge_one!("address", "$1", "$2", "$3", "clock"),
    ", ",
    charge_one!("account", "$4", "$5", "$6", "clock, address WHERE room_at <= now"),
    ", ",
    charge_one!("total", "$7", "$8", "$9", "clock, account WHERE room_at <= now"),
    " SELECT 0 AS position, room_at - now AS wait FROM address, clock
    UNION ALL SELECT 1, room_at - now FROM account, clock
    UNION ALL SELECT 2, room_at - now FROM total, clock
    ORDER BY position DESC LIMIT 1"
);

/// Skips what somebody is charging.
const DELETE_UNUSED: &str = "
    DELETE FROM rate_limits WHERE key IN (
        SELECT key FROM rate_limits WHERE arrival < EXTRACT(EPOCH FROM clock_timestamp()) * 1000000
        LIMIT $1 FOR UPDATE SKIP LOCKED
    )";

/// The last limit that was charged.
#[derive(QueryableByName)]
struct Charged {
    #[diesel(sql_type = Integer)]
    position: i32,
    #[diesel(sql_type = BigInt)]
    wait: i64,
}

fn charge(connection: &mut DatabaseConnection, charges: &Charges) -> Result<Decision, StoreError> {
    let mut query = diesel::sql_query(CHARGE).into_boxed();
    for charge in charges {
        let (interval, capacity) = (micros(charge.quota.interval()), micros(charge.quota.capacity()));
        query = query.bind::<Text, _>(&charge.key).bind::<BigInt, _>(interval).bind::<BigInt, _>(capacity);
    }
    let Charged { position, wait } = connection.query(|inner| query.get_result(inner))?;
    let by = usize::try_from(position).ok().and_then(|position| LimitedBy::ALL.get(position).copied());
    let by = by.ok_or_else(|| StoreError::other("an unknown limit was charged"))?;
    Ok(match u64::try_from(wait) {
        Ok(wait) if wait > 0 => Decision::Refused { by, retry_after: Duration::from_micros(wait) },
        _ => Decision::Admitted,
    })
}

fn micros(duration: Duration) -> i64 {
    duration.as_micros().try_into().unwrap_or(i64::MAX)
}
