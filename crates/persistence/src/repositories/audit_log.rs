use std::collections::BTreeSet;
use std::time::Duration;

use diesel::dsl::{exists, select};
use diesel::helper_types::IntoBoxed;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary};
use ore_domain::{
    AuditAction, AuditEntry, AuditFilter, AuditLog, AuditOutcome, AuditQuery, AuditSeal, ChainAnchor, ChainEnds,
    ChainLink, NewAuditEntry, PartyFilter, SealedEntry, StoreError, Timestamp, UserId,
};

use crate::any_connection::{AnyConnection, MultiBackend};
use crate::audit_rows::{AuditRow, NewAuditRow};
use crate::connection::DatabaseConnection;
use crate::schema::{audit_chain, audit_log, users};
use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;

/// The key of the PostgreSQL lock that every change of the chain takes.
const CHAIN_LOCK: i64 = 0x6f72_6561_7564_6974;
/// The maximum difference between the order of times and that of keys: an act may take a while, and clocks differ.
const SKEW: Duration = Duration::from_hours(24);
const HEAD: &str = "head";
const ANCHOR: &str = "anchor";
const USER: &str = "user";
/// The number of keys that are looked for at once.
const KEYS_AT_ONCE: usize = 500;

/// The outcome and the subject of a deletion.
type Deletion = (String, Option<String>, Option<String>);

/// How many entries are sealed in one statement, which has four parameters for each.
const SEALS_AT_ONCE: usize = 100;

/// Some of the entries.
type Entries<'a> = IntoBoxed<'a, audit_log::table, MultiBackend>;

/// The entries that nobody has sealed, of which PostgreSQL leaves out what others hold.
macro_rules! unsealed {
    ($limit:expr) => {
        audit_log::table
            .filter(audit_log::seal_number.is_null())
            .order(audit_log::id)
            .limit($limit)
            .select(AuditRow::as_select())
    };
}

impl AuditLog for DatabaseConnection {
    fn append(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(audit_log::table).values(NewAuditRow::from(entry));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn page(&mut self, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        let mut entries = self.entries(&query.filter)?.limit(query.limit.into());
        entries = match (query.is_ascending, query.beyond) {
            (true, Some(id)) => entries.filter(audit_log::id.gt(id)),
            (false, Some(id)) => entries.filter(audit_log::id.lt(id)),
            (_, None) => entries,
        };
        entries =
            if query.is_ascending { entries.order(audit_log::id.asc()) } else { entries.order(audit_log::id.desc()) };
        let entries = entries.select(AuditRow::as_select());
        let rows = self.query(|connection| entries.load::<AuditRow>(connection))?;
        Ok(rows.into_iter().map(AuditRow::into_entry).collect())
    }

    fn count(&mut self, filter: &AuditFilter, limit: u32) -> Result<u64, StoreError> {
        let entries = self.entries(filter)?.limit(limit.into()).select(audit_log::id);
        let keys = self.query(|connection| entries.load::<i64>(connection))?;
        Ok(u64::try_from(keys.len()).unwrap_or(u64::MAX))
    }

    fn erase_user(&mut self, user: UserId) -> Result<(), StoreError> {
        let id = user.to_string();
        let done_by = || audit_log::table.filter(audit_log::actor_type.eq(USER)).filter(audit_log::actor_id.eq(&id));
        let done_to =
            || audit_log::table.filter(audit_log::subject_type.eq(USER)).filter(audit_log::subject_id.eq(&id));
        let no_client = (
            audit_log::address.eq(None::<String>),
            audit_log::user_agent.eq(None::<String>),
            audit_log::request_id.eq(None::<String>),
        );
        let no_details = audit_log::details.eq(None::<String>);
        // One at a time, since each party has an index.
        self.query(|connection| diesel::update(done_by()).set(no_client.clone()).execute(connection))?;
        let by_nobody = done_to().filter(audit_log::actor_id.is_null());
        self.query(|connection| diesel::update(by_nobody).set(no_client).execute(connection))?;
        self.query(|connection| diesel::update(done_to()).set(no_details.clone()).execute(connection))?;
        let to_nothing = done_by().filter(audit_log::subject_id.is_null());
        self.query(|connection| diesel::update(to_nothing).set(no_details).execute(connection)).map(drop)
    }

    fn is_alone_with_chain(&mut self) -> Result<bool, StoreError> {
        self.is_alone_with(CHAIN_LOCK)
    }

    fn chain_ends(&mut self) -> Result<ChainEnds, StoreError> {
        let query = audit_chain::table.select((
            audit_chain::name,
            audit_chain::seal_number,
            audit_chain::seal,
            audit_chain::mac,
        ));
        let rows = self.query(|connection| query.load::<(String, i64, Vec<u8>, Vec<u8>)>(connection))?;
        let mut ends = ChainEnds::default();
        for (name, number, hmac, mac) in rows {
            let link = ChainLink { number, hmac };
            match name.as_str() {
                HEAD => ends.head = link,
                ANCHOR => ends.anchor = ChainAnchor { link, mac },
                _ => {}
            }
        }
        Ok(ends)
    }

    fn has_unsealed(&mut self) -> Result<bool, StoreError> {
        let query = select(exists(audit_log::table.filter(audit_log::seal_number.is_null())));
        self.query(|connection| query.get_result(connection))
    }

    fn unsealed(&mut self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let limit = i64::from(limit);
        let rows = self.query(|connection| match connection {
            AnyConnection::Postgres(connection) => {
                unsealed!(limit).for_update().skip_locked().load::<AuditRow>(connection)
            }
            connection @ AnyConnection::Sqlite(_) => unsealed!(limit).load::<AuditRow>(connection),
        })?;
        Ok(rows.into_iter().map(AuditRow::into_entry).collect())
    }

    fn seal(&mut self, seals: &[AuditSeal]) -> Result<(), StoreError> {
        for seals in seals.chunks(SEALS_AT_ONCE) {
            let sealed = self.query(|connection| sealing(seals).execute(connection))?;
            require(sealed == seals.len(), "an entry was sealed meanwhile")?;
        }
        seals.last().map_or(Ok(()), |last| self.move_end(HEAD, &last.link, &[]))
    }

    fn sealed_after(&mut self, number: i64, limit: u32) -> Result<Vec<SealedEntry>, StoreError> {
        let query = audit_log::table
            .filter(audit_log::seal_number.gt(number))
            .order(audit_log::seal_number)
            .limit(limit.into())
            .select(AuditRow::as_select());
        let rows = self.query(|connection| query.load::<AuditRow>(connection))?;
        Ok(rows.into_iter().map(AuditRow::into_sealed).collect())
    }

    fn delete_up_to(&mut self, anchor: &ChainAnchor) -> Result<usize, StoreError> {
        let old = audit_log::table.filter(audit_log::seal_number.le(anchor.link.number));
        let deleted = self.query(|connection| diesel::delete(old).execute(connection))?;
        self.move_end(ANCHOR, &anchor.link, &anchor.mac)?;
        Ok(deleted)
    }

    fn delete_unsealed(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let old = audit_log::table
            .filter(audit_log::seal_number.is_null())
            .filter(audit_log::at.lt(StoredTimestamp::from(before)))
            .order(audit_log::id)
            .limit(limit.into())
            .select(audit_log::id);
        let keys = self.query(|connection| old.load::<i64>(connection))?;
        let deletion = diesel::delete(audit_log::table.filter(audit_log::id.eq_any(keys)));
        self.query(|connection| deletion.execute(connection))
    }

    fn deleted_users(&mut self) -> Result<Vec<String>, StoreError> {
        // No other condition, which SQLite could take for the one that finds fewer entries.
        let query = audit_log::table.filter(audit_log::action.eq(AuditAction::DeleteUser.name())).select((
            audit_log::outcome,
            audit_log::subject_type,
            audit_log::subject_id,
        ));
        let deletions = self.query(|connection| query.load::<Deletion>(connection))?;
        let of_user = |(outcome, kind, id): Deletion| {
            id.filter(|_| outcome == AuditOutcome::Success.name() && kind.as_deref() == Some(USER))
        };
        let deleted: Vec<String> = deletions.into_iter().filter_map(of_user).collect();
        // Who is there was not deleted, whatever an entry says: no key is given twice.
        let keys: Vec<i64> = deleted.iter().filter_map(|id| id.parse().ok()).collect();
        let mut living = BTreeSet::new();
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let query = users::table.filter(users::id.eq_any(keys)).select(users::id);
            living.extend(self.query(|connection| query.load::<i64>(connection))?);
        }
        Ok(deleted.into_iter().filter(|id| id.parse().is_ok_and(|id: i64| !living.contains(&id))).collect())
    }
}

impl DatabaseConnection {
    /// Those of the keys whose users were deleted.
    pub(crate) fn deleted_keys(&mut self, keys: &[i64]) -> Result<Vec<i64>, StoreError> {
        let of_users = audit_log::subject_id.eq_any(keys.iter().map(i64::to_string));
        let is_deletion = audit_log::action.eq(AuditAction::DeleteUser.name());
        let is_done = audit_log::outcome.eq(AuditOutcome::Success.name());
        let deletions = audit_log::table.filter(audit_log::subject_type.eq(USER)).filter(of_users.and(is_deletion));
        let deletions = deletions.filter(is_done).select(audit_log::subject_id);
        let deleted = self.query(|connection| deletions.load::<Option<String>>(connection))?;
        Ok(deleted.into_iter().filter_map(|id| id?.parse().ok()).collect())
    }

    /// The entries that the filter admits.
    fn entries(&mut self, filter: &AuditFilter) -> Result<Entries<'static>, StoreError> {
        let mut entries = audit_log::table.into_boxed::<MultiBackend>();
        if let Some(PartyFilter { kind, id }) = filter.actor.clone() {
            entries = entries.filter(audit_log::actor_id.eq(id));
            if let Some(kind) = kind {
                entries = entries.filter(audit_log::actor_type.eq(kind));
            }
        }
        if let Some(PartyFilter { kind, id }) = filter.subject.clone() {
            entries = entries.filter(audit_log::subject_id.eq(id));
            if let Some(kind) = kind {
                entries = entries.filter(audit_log::subject_type.eq(kind));
            }
        }
        if let Some(action) = filter.action.clone() {
            entries = entries.filter(audit_log::action.eq(action));
        }
        if let Some(outcome) = filter.outcome {
            entries = entries.filter(audit_log::outcome.eq(outcome.name()));
        }
        if let Some(after) = filter.after {
            entries = entries.filter(audit_log::at.ge(StoredTimestamp::from(after)));
            if let Some(bound) = self.last_before(after - SKEW)? {
                entries = entries.filter(audit_log::id.gt(bound));
            }
        }
        if let Some(before) = filter.before {
            entries = entries.filter(audit_log::at.lt(StoredTimestamp::from(before)));
            if let Some(bound) = self.first_after(before + SKEW)? {
                entries = entries.filter(audit_log::id.lt(bound));
            }
        }
        Ok(entries)
    }

    /// The key of an entry before which every entry is older than [`SKEW`] later. So a range of times is a range of keys,
    /// in whose order pages are read.
    fn last_before(&mut self, at: Timestamp) -> Result<Option<i64>, StoreError> {
        let query = audit_log::table
            .filter(audit_log::at.lt(StoredTimestamp::from(at)))
            .order((audit_log::at.desc(), audit_log::id.desc()))
            .select(audit_log::id);
        self.query(|connection| query.first(connection).optional())
    }

    /// The same for the other end.
    fn first_after(&mut self, at: Timestamp) -> Result<Option<i64>, StoreError> {
        let query = audit_log::table
            .filter(audit_log::at.gt(StoredTimestamp::from(at)))
            .order((audit_log::at.asc(), audit_log::id.asc()))
            .select(audit_log::id);
        self.query(|connection| query.first(connection).optional())
    }

    fn move_end(&mut self, name: &str, link: &ChainLink, mac: &[u8]) -> Result<(), StoreError> {
        let update = diesel::update(audit_chain::table.find(name)).set((
            audit_chain::seal_number.eq(link.number),
            audit_chain::seal.eq(&link.hmac),
            audit_chain::mac.eq(mac),
        ));
        let moved = self.query(|connection| update.execute(connection))?;
        require(moved == 1, "an end of the audit chain is not stored")
    }
}

fn sealing(seals: &[AuditSeal]) -> StaticQuery<'_> {
    let row = |row: usize| format!("(${}, ${}, ${}, ${})", 4 * row + 1, 4 * row + 2, 4 * row + 3, 4 * row + 4);
    let rows: Vec<_> = (0..seals.len()).map(row).collect();
    let text = format!(
        "UPDATE audit_log SET seal_number = sealed.column2, seal = sealed.column3, personal_digest = sealed.column4
        FROM (VALUES {}) AS sealed WHERE audit_log.id = sealed.column1 AND audit_log.seal_number IS NULL",
        rows.join(", ")
    );
    seals.iter().fold(static_query(text).unprepared(), |query, AuditSeal { id, link, personal_digest }| {
        query
            .bind::<BigInt, _>(*id)
            .bind::<BigInt, _>(link.number)
            .bind::<Binary, _>(link.hmac.as_slice())
            .bind::<Binary, _>(personal_digest.as_slice())
    })
}

fn require(is_true: bool, fault: &'static str) -> Result<(), StoreError> {
    if is_true { Ok(()) } else { Err(StoreError::other(fault)) }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use diesel::connection::SimpleConnection;
    use ore_domain::{AuditOrigin, AuditParty};
    use rstest::rstest;

    use super::*;
    use crate::query_plans::{plans, postgres_plan};
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

    type Query = fn(&mut DatabaseConnection);

    /// On SQLite rows without a number stand in the order of their keys in the index of numbers.
    const UNSEALED: &str = "(seal_number=?)|audit_log_unsealed";

    fn newest(connection: &mut DatabaseConnection, filter: AuditFilter) {
        connection.page(&AuditQuery { beyond: Some(7), ..AuditQuery::newest(filter, 50) }).unwrap();
    }

    fn ada() -> Option<PartyFilter> {
        "user:1".parse().ok()
    }

    fn by_actor(connection: &mut DatabaseConnection) {
        newest(connection, AuditFilter { actor: ada(), ..AuditFilter::default() });
    }

    fn by_subject(connection: &mut DatabaseConnection) {
        newest(connection, AuditFilter { subject: ada(), ..AuditFilter::default() });
    }

    fn by_action(connection: &mut DatabaseConnection) {
        newest(connection, AuditFilter { action: Some("auth.login".to_owned()), ..AuditFilter::default() });
    }

    fn by_outcome(connection: &mut DatabaseConnection) {
        newest(connection, AuditFilter { outcome: Some(AuditOutcome::Denied), ..AuditFilter::default() });
    }

    fn range_begins(connection: &mut DatabaseConnection) {
        assert_eq!(connection.last_before(DateTime::UNIX_EPOCH).unwrap(), None);
    }

    fn range_ends(connection: &mut DatabaseConnection) {
        assert_eq!(connection.first_after(DateTime::UNIX_EPOCH).unwrap(), None);
    }

    #[rstest]
    #[case::actor(by_actor, "audit_log_actor")]
    #[case::subject(by_subject, "audit_log_subject")]
    #[case::action(by_action, "audit_log_action")]
    #[case::outcome(by_outcome, "audit_log_outcome")]
    #[case::all(|connection: &mut DatabaseConnection| newest(connection, AuditFilter::default()), "PRIMARY KEY|audit_log_pkey")]
    #[case::unsealed(|connection: &mut DatabaseConnection| drop(connection.unsealed(10).unwrap()), UNSEALED)]
    #[case::chain(
        |connection: &mut DatabaseConnection| drop(connection.sealed_after(7, 10).unwrap()),
        "audit_log_seal_number_key"
    )]
    #[case::deletions(|connection: &mut DatabaseConnection| drop(connection.deleted_users().unwrap()), "audit_log_action")]
    #[case::range_begins(range_begins, "audit_log_at")]
    #[case::range_ends(range_ends, "audit_log_at")]
    fn every_question_has_an_index_that_gives_its_order(#[case] query: Query, #[case] index: &str) {
        let is_meant = |plan: &str| index.split('|').any(|name| plan.contains(name));
        let directory = tempfile::tempdir().unwrap();
        let steps = plans(&mut migrated_connection(&directory), query);
        assert!(steps.iter().any(|step| is_meant(step)), "{steps:?}");
        assert!(steps.iter().all(|step| !step.contains("TEMP B-TREE")), "{steps:?}");
        let database = migrated_postgres();
        let mut connection = postgres_connection(&database);
        // Without them the planner reads an empty table whole, and plans for one value of each parameter.
        let settings =
            "SET enable_seqscan = off; SET enable_bitmapscan = off; SET plan_cache_mode = force_generic_plan";
        connection.inner.batch_execute(settings).unwrap();
        let plan = postgres_plan(&mut connection, query);
        assert!(is_meant(&plan) && !plan.contains("Sort"), "{plan}");
    }

    #[test]
    fn a_range_of_times_is_a_range_of_keys() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let days = |days| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        for day in 0..10 {
            let entry = NewAuditEntry::success(AuditAction::LogIn, &AuditOrigin::default(), days(day));
            connection.append(&entry.about(AuditParty::role("admin"))).unwrap();
        }
        let range = AuditFilter { after: Some(days(4)), before: Some(days(6)), ..AuditFilter::default() };
        let query = AuditQuery::newest(range, 50);
        let steps = plans(&mut connection, |connection| assert_eq!(connection.page(&query).unwrap().len(), 2));
        let last = steps.last().unwrap();
        assert!(last.contains("PRIMARY KEY (rowid>? AND rowid<?)"), "{steps:?}");
    }

    #[test]
    fn erasure_reads_no_more_than_the_entries_of_the_user() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        let steps = plans(&mut connection, |connection| connection.erase_user(UserId::new(1)).unwrap());
        for index in ["audit_log_actor", "audit_log_subject"] {
            assert!(steps.iter().any(|step| step.starts_with("SEARCH") && step.contains(index)), "{steps:?}");
        }
        let steps = plans(&mut connection, |connection| assert!(!connection.has_unsealed().unwrap()));
        assert!(steps.iter().any(|step| step.contains("(seal_number=?)")), "{steps:?}");
    }
}
