//! What a call costs beside a log of years and the sessions of many.

use anyhow::{Context as _, Result};
use ore_harness::{Database, Service, register, replaced};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, EMAIL, compare_times, fill, random_log_ins, service, stored_hash, three_loads};
use crate::report::{Row, Spread};

const SESSIONS_OF_A_USER: u64 = 10;
/// Of both, where the tables are small.
const FEW: u64 = 1_000;

const ROWS: &str = include_str!("growth.sql");

/// The numbers of rows in the audit log and of sessions.
#[derive(Clone, Copy)]
struct Rows {
    entries: u64,
    sessions: u64,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let rows = Rows { entries: context.choose(10_000, 10_000_000), sessions: context.choose(10_000, 1_000_000) };
    for kind in DatabaseKind::ALL {
        let [few, many] = [context.database(kind, "few")?, context.database(kind, "many")?];
        let on = format!("{kind}, {FEW} of each");
        let (_few, few) = start(context, &few, &on, Rows { entries: FEW, sessions: FEW }).await?;
        let on = format!("{kind}, {} entries, {} sessions", rows.entries, rows.sessions);
        let (_many, loads) = start(context, &many, &on, rows).await?;
        record_sizes(context, &many)?;
        compare_times(context, few, loads, &format!("the time with {FEW} of each")).await?;
    }
    Ok(())
}

/// The size of rows with their indexes, if the database reports it.
fn record_sizes(context: &Context, database: &Database) -> Result<()> {
    if matches!(database, Database::Sqlite { .. }) {
        return Ok(());
    }
    for table in ["users", "sessions", "spent_refresh_tokens", "audit_log"] {
        let size = database.query(&format!("SELECT pg_total_relation_size('{table}') / count(*) FROM {table}"))?;
        let size: f64 = size.trim().parse().context("a size that is no number")?;
        let what = format!("a row of {table} with its indexes, PostgreSQL");
        context.record(Row::new(what, "bytes", Spread::of(&[size])));
    }
    Ok(())
}

/// A service with so many rows, and what is asked of it.
async fn start(context: &Context, database: &Database, on: &str, rows: Rows) -> Result<(Service, Vec<Contender>)> {
    context.step(&format!("{on}, filling in"));
    let server = service(on, &database.url(), Cost::LEAST).start_ready(context).await?;
    let token = register(server.address(), EMAIL).await?.access;
    fill(database, rows.users(), &format!("'{}'", stored_hash(database, EMAIL)?))?;
    rows.insert(database)?;
    let log_ins = random_log_ins(rows.users(), rows.users() + 1);
    let loads = three_loads(&server, (&token, log_ins), (Cost::LEAST, on)).await?;
    Ok((server, loads))
}

impl Rows {
    fn users(self) -> u64 {
        self.sessions / SESSIONS_OF_A_USER
    }

    fn insert(self, database: &Database) -> Result<()> {
        let (before, after, [now, id, token, spent]) = match database {
            Database::Sqlite { .. } => (
                "PRAGMA cache_size = -2000000; PRAGMA synchronous = OFF; BEGIN;",
                "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)",
                [
                    "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
                    "printf('%08x-0000-4000-8000-000000000000', n)",
                    "randomblob(32)",
                    "randomblob(32)",
                ],
            ),
            Database::Postgres { .. } => (
                "",
                "",
                [
                    "(clock_timestamp() AT TIME ZONE 'UTC')",
                    "(lpad(to_hex(n), 8, '0') || '-0000-4000-8000-000000000000')",
                    "sha256(CAST(CAST(n AS TEXT) AS BYTEA))",
                    "sha256(CAST('spent' || n AS BYTEA))",
                ],
            ),
        };
        let counts = [(":entries", self.entries), (":sessions", self.sessions), (":users", self.users())];
        let rows = replaced(ROWS, &counts.map(|(name, count)| (name, count.to_string())))?;
        let values = [(":now", now), (":id", id), (":token", token), (":spent", spent)];
        let rows = replaced(&rows, &values.map(|(name, value)| (name, value.to_owned())))?;
        let [dropping, making] = indexes(database)?;
        database.query(&format!("{before} {dropping} {rows} {making} {after}"))?;
        if matches!(database, Database::Postgres { .. }) {
            // As the server itself would do after a while.
            database.query("VACUUM ANALYZE")?;
        }
        Ok(())
    }
}

/// What drops and what makes the indexes of the tables that are filled, but for those of constraints. Made when all rows are
/// there, they take a small part of the time that they take row by row.
fn indexes(database: &Database) -> Result<[String; 2]> {
    let tables = "('audit_log', 'sessions', 'spent_refresh_tokens')";
    let (name, definition, source) = match database {
        Database::Sqlite { .. } => (
            "name",
            "replace(sql, char(10), ' ')",
            format!("sqlite_master WHERE sql LIKE 'CREATE%INDEX%' AND tbl_name IN {tables}"),
        ),
        Database::Postgres { .. } => (
            "indexname",
            "indexdef",
            format!("pg_indexes WHERE tablename IN {tables} AND indexname NOT IN (SELECT conname FROM pg_constraint)"),
        ),
    };
    let dropping = database.query(&format!("SELECT 'DROP INDEX ' || {name} || ';' FROM {source}"))?;
    Ok([dropping, database.query(&format!("SELECT {definition} || ';' FROM {source}"))?])
}
