use std::time::Duration;

use chrono::DateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    AttemptDecision, FailureCount, FailurePolicy, FailureSource, LoginAttempt, LoginFailures, StartedAttempt,
    StoreError, Timestamp, UserId,
};

use crate::connection::DatabaseConnection;
use crate::schema::login_failures;
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

/// Which source an attempt is from, and its failures. The same work whether or not there is an account.
const FIND_SOURCE: &str = "
    WITH chosen AS (SELECT CASE
        WHEN EXISTS (SELECT 1 FROM device_tokens JOIN users ON users.id = device_tokens.user_id
            WHERE device_tokens.token_hash = $1 AND device_tokens.user_id = $2 AND device_tokens.expires_at > $3
                AND device_tokens.credentials_changed_at IS NOT DISTINCT FROM users.credentials_changed_at) THEN 2
        WHEN EXISTS (SELECT 1 FROM known_networks
            WHERE user_id = $2 AND network = $4 AND last_seen_at > $5) THEN 1
        ELSE 0 END AS kind)
    SELECT chosen.kind, failures, under_way, blocked_until, touched_at FROM chosen
    LEFT JOIN login_failures ON account = $6 AND source = CASE chosen.kind WHEN 2 THEN $7 WHEN 1 THEN $8 ELSE '' END";

/// As `FailurePolicy::admit` has it, decided by the row itself: many may ask at once.
const START: &str = "
    INSERT INTO login_failures AS held (account, source, failures, under_way, blocked_until, touched_at, expires_at)
    VALUES ($1, $2, 0, 1, 0, $3, $4)
    ON CONFLICT (account, source) DO UPDATE SET touched_at = $3,
        under_way = CASE WHEN held.touched_at < $5 OR held.touched_at > $6 THEN 1 ELSE held.under_way + 1 END
    WHERE held.failures < $7 AND (held.blocked_until <= $3 OR held.blocked_until > $8)
        AND (held.touched_at < $5 OR held.touched_at > $6
            OR held.under_way < CASE WHEN held.failures < $9 THEN $10 - held.failures ELSE 1 END)";

/// As `FailurePolicy::delay_after` and `FailurePolicy::kept_for` have it.
const FAIL: &str = "
    INSERT INTO login_failures AS held (account, source, failures, under_way, blocked_until, touched_at, expires_at)
    VALUES ($1, $2, 1, 0, 0, $3, $4)
    ON CONFLICT (account, source) DO UPDATE SET touched_at = $3,
        failures = held.failures + 1,
        under_way = CASE WHEN held.under_way > 0 THEN held.under_way - 1 ELSE 0 END,
        blocked_until = CASE WHEN held.failures + 1 < $5 THEN 0
            WHEN held.failures + 1 - $5 < $6 THEN $3 + ($7 << CAST(held.failures + 1 - $5 AS INTEGER))
            ELSE $3 + $8 END,
        expires_at = CASE WHEN held.failures + 1 < $5 THEN $4 ELSE $9 END";

/// The source of an attempt, and what is counted for it.
#[derive(QueryableByName)]
struct SourceRow {
    #[diesel(sql_type = Integer)]
    kind: i32,
    #[diesel(sql_type = Nullable<BigInt>)]
    failures: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    under_way: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    blocked_until: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    touched_at: Option<i64>,
}

impl LoginFailures for DatabaseConnection {
    fn start_attempt(&mut self, attempt: &LoginAttempt, policy: FailurePolicy) -> Result<AttemptDecision, StoreError> {
        let (source, count) = self.find_source(attempt)?;
        if let Err(wait) = count.map_or(Ok(()), |count| policy.admit(&source, &count, attempt.at)) {
            return Ok(AttemptDecision::Refused(wait));
        }
        if self.start(attempt, &source, policy)? {
            let account = attempt.account.clone();
            return Ok(AttemptDecision::Started(StartedAttempt { account, source }));
        }
        // Others were faster.
        let (source, count) = self.find_source(attempt)?;
        let wait = count.and_then(|count| policy.admit(&source, &count, attempt.at).err());
        Ok(AttemptDecision::Refused(wait.unwrap_or(FailurePolicy::SHORTEST_DELAY)))
    }

    fn record_failure(&mut self, attempt: &StartedAttempt, at: Timestamp) -> Result<(), StoreError> {
        let upsert = static_query(FAIL)
            .bind::<Text, _>(&attempt.account)
            .bind::<Text, _>(attempt.source.to_string())
            .bind::<BigInt, _>(at.timestamp_micros())
            .bind::<BigInt, _>((at + FailurePolicy::kept_for(&attempt.source, 1)).timestamp_micros())
            .bind::<BigInt, _>(i64::from(FailurePolicy::FIRST_DELAYED))
            .bind::<BigInt, _>(i64::from(FailurePolicy::DOUBLINGS))
            .bind::<BigInt, _>(micros(FailurePolicy::SHORTEST_DELAY))
            .bind::<BigInt, _>(micros(FailurePolicy::LONGEST_DELAY))
            .bind::<BigInt, _>((at + FailurePolicy::KNOWN_FOR).timestamp_micros());
        self.query(|connection| upsert.execute(connection)).map(drop)
    }

    fn withdraw_attempt(&mut self, attempt: &StartedAttempt) -> Result<(), StoreError> {
        let under_way = login_failures::table
            .find((&attempt.account, attempt.source.to_string()))
            .filter(login_failures::under_way.gt(0));
        let update = diesel::update(under_way).set(login_failures::under_way.eq(login_failures::under_way - 1));
        self.query(|connection| update.execute(connection)).map(drop)
    }

    fn reset_failures(&mut self, attempt: &StartedAttempt) -> Result<(), StoreError> {
        let sources = [attempt.source.to_string(), FailureSource::Strangers.to_string()];
        let rows = login_failures::table
            .filter(login_failures::account.eq(&attempt.account))
            .filter(login_failures::source.eq_any(sources));
        let deletion = diesel::delete(rows);
        self.query(|connection| deletion.execute(connection)).map(drop)
    }

    fn reset_all_failures(&mut self, account: &str) -> Result<(), StoreError> {
        let deletion = diesel::delete(login_failures::table.filter(login_failures::account.eq(account)));
        self.query(|connection| deletion.execute(connection)).map(drop)
    }

    fn delete_old_failures(&mut self, now: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(
            "DELETE FROM login_failures WHERE (account, source) IN
                (SELECT account, source FROM login_failures WHERE expires_at < $1 LIMIT $2)",
        );
        let deletion = deletion.bind::<BigInt, _>(now.timestamp_micros()).bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }
}

impl DatabaseConnection {
    fn find_source(&mut self, attempt: &LoginAttempt) -> Result<(FailureSource, Option<FailureCount>), StoreError> {
        let device = attempt.device.map(FailureSource::Device);
        let network = attempt.network.clone().map(FailureSource::Network);
        let text = |source: &Option<FailureSource>| source.as_ref().map(FailureSource::to_string);
        let query = static_query(FIND_SOURCE)
            .bind::<Nullable<Binary>, _>(attempt.device.as_ref().map(|token| token.0.as_slice()))
            .bind::<Nullable<BigInt>, _>(attempt.user.map(UserId::get))
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(attempt.at))
            .bind::<Nullable<Text>, _>(attempt.network.as_deref())
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(attempt.at - FailurePolicy::KNOWN_FOR))
            .bind::<Text, _>(&attempt.account)
            .bind::<Nullable<Text>, _>(text(&device))
            .bind::<Nullable<Text>, _>(text(&network));
        let row: SourceRow = self.query(|connection| query.get_result(connection))?;
        let count = row.count();
        let source = match row.kind {
            2 => device,
            1 => network,
            _ => None,
        };
        Ok((source.unwrap_or(FailureSource::Strangers), count))
    }

    fn start(
        &mut self,
        attempt: &LoginAttempt,
        source: &FailureSource,
        policy: FailurePolicy,
    ) -> Result<bool, StoreError> {
        let at = attempt.at;
        let upsert = static_query(START)
            .bind::<Text, _>(&attempt.account)
            .bind::<Text, _>(source.to_string())
            .bind::<BigInt, _>(at.timestamp_micros())
            .bind::<BigInt, _>((at + FailurePolicy::kept_for(source, 0)).timestamp_micros())
            .bind::<BigInt, _>((at - FailurePolicy::LONGEST_ATTEMPT).timestamp_micros())
            .bind::<BigInt, _>((at + FailurePolicy::LONGEST_ATTEMPT).timestamp_micros())
            .bind::<BigInt, _>(locks_after(policy))
            .bind::<BigInt, _>((at + FailurePolicy::LONGEST_DELAY).timestamp_micros())
            .bind::<BigInt, _>(i64::from(FailurePolicy::FIRST_DELAYED))
            .bind::<BigInt, _>(i64::from(FailurePolicy::at_once(source, 0)));
        self.query(|connection| upsert.execute(connection)).map(|rows| rows == 1)
    }
}

impl SourceRow {
    fn count(&self) -> Option<FailureCount> {
        let number = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Some(FailureCount {
            failures: number(self.failures?),
            under_way: number(self.under_way?),
            blocked_until: DateTime::from_timestamp_micros(self.blocked_until?)?,
            touched_at: DateTime::from_timestamp_micros(self.touched_at?)?,
        })
    }
}

/// The count that locks; without a lock, a count that is never reached.
fn locks_after(policy: FailurePolicy) -> i64 {
    policy.locks_after().map_or(i64::MAX, i64::from)
}

fn micros(duration: Duration) -> i64 {
    duration.as_micros().try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query_plans::plans;
    use crate::test_support::migrated_connection;

    #[test]
    fn an_attempt_reads_no_table_whole() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let at = DateTime::UNIX_EPOCH;
        let (account, network, device) = ("ada".to_owned(), Some("home".to_owned()), None);
        let attempt = LoginAttempt { account, user: Some(UserId::new(1)), network, device, at };
        let steps = plans(&mut connection, |connection| drop(connection.find_source(&attempt).unwrap()));
        let of_table = |name: &str| steps.iter().filter(|step| step.contains(name)).collect::<Vec<_>>();
        for table in ["device_tokens", "known_networks", "login_failures"] {
            let found = of_table(table);
            assert!(!found.is_empty() && found.iter().all(|step| step.starts_with("SEARCH")), "{table}: {steps:?}");
        }
        let steps = plans(&mut connection, |connection| assert_eq!(connection.delete_old_failures(at, 1).unwrap(), 0));
        assert!(steps.iter().any(|step| step.contains("login_failures_expires_at")), "{steps:?}");
    }
}
