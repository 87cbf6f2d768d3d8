//! What a call costs beside a log of years and the sessions of many.

use anyhow::{Context as _, Result};
use ore_harness::Database;

use crate::context::Context;
use crate::kit::{
    ClosedLoop, Contender, Cost, Refreshers, Server, ServerPlan, alternate_all, fill, random_log_ins, register,
    stored_hash,
};
use crate::report::{Goal, Row, Spread, cores};

const PATH: &str = "/api/v1/auth/me";
const UNIT: &str = "a second";
const EMAIL: &str = "growth@bench.example";
/// Half of them have ended.
const SESSIONS_OF_A_USER: u64 = 10;
const CLIENTS: usize = 64;
/// Of both, where the tables are small.
const FEW: u64 = 1_000;

/// All accounts have one hash.
const ALL: u64 = 1;

/// The numbers of rows in the audit log and of sessions.
#[derive(Clone, Copy)]
struct Rows {
    entries: u64,
    sessions: u64,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", [context.sqlite("few")?, context.sqlite("many")?]).await?;
    measure(context, "PostgreSQL", [context.postgres().await?, context.postgres().await?]).await
}

async fn measure(context: &Context, name: &str, [few, many]: [Database; 2]) -> Result<()> {
    let rows = Rows { entries: context.choose(10_000, 10_000_000), sessions: context.choose(10_000, 1_000_000) };
    let few = Loads::start(context, &few, &format!("{name}-few"), Rows { entries: FEW, sessions: FEW }).await?;
    let grown = Loads::start(context, &many, &format!("{name}-many"), rows).await?;
    record_sizes(context, &many)?;
    let many = grown;
    compare(context, &format!("GET {PATH}, {name}"), rows, [few.me, many.me]).await?;
    compare(context, &format!("log-ins, {}, {name}", Cost::LEAST), rows, [few.log_ins, many.log_ins]).await?;
    compare(context, &format!("refreshes of {CLIENTS} clients, {name}"), rows, [few.refreshes, many.refreshes]).await
}

/// The size of rows with their indexes, if the database reports it.
fn record_sizes(context: &Context, database: &Database) -> Result<()> {
    if matches!(database, Database::Sqlite { .. }) {
        return Ok(());
    }
    for table in ["users", "sessions", "spent_refresh_tokens", "audit_log"] {
        let size = database.query(&format!("SELECT pg_total_relation_size('{table}') / count(*) FROM {table}"))?;
        let size: f64 = size.trim().parse().context("a size that is no number")?;
        context.record(Row::new(format!("a row of {table} with its indexes, PostgreSQL"), "bytes", &[size]));
    }
    Ok(())
}

async fn compare(context: &Context, what: &str, rows: Rows, [few, many]: [Contender; 2]) -> Result<()> {
    let Rows { entries, sessions } = rows;
    let grown = format!("{what}, {entries} entries, {sessions} sessions");
    let rates = alternate_all(context, &[(format!("{what}, {FEW} of each"), few), (grown.clone(), many)]).await?;
    context.record(Row::new(format!("{what}, {FEW} of each"), UNIT, &rates[0]));
    let row = Row::new(grown, UNIT, &rates[1]).with_goal(Goal::AtMost(1.05));
    context.record(row.compared(format!("the time with {FEW} of each"), Spread::of_ratios(&rates[0], &rates[1])));
    Ok(())
}

/// A service with this number of rows, and the requests for it.
struct Loads {
    me: Contender,
    log_ins: Contender,
    refreshes: Contender,
    /// Ends with the value.
    _server: Server,
}

impl Loads {
    async fn start(context: &Context, database: &Database, name: &str, rows: Rows) -> Result<Self> {
        context.step(&format!("{name}, filling in {} entries and {} sessions", rows.entries, rows.sessions));
        let server = ServerPlan::new(name, &database.url()).at_cost(Cost::LEAST).start(context).await?;
        let token = register(&server, EMAIL).await?;
        let hash = stored_hash(database, EMAIL)?;
        fill(database, rows.users(), &hash, (ALL, &hash))?;
        rows.insert(database)?;
        let log_ins = random_log_ins(context, &format!("{name}-login"), rows.users(), rows.users() + 1)?;
        Ok(Self {
            me: Contender::Requests(ClosedLoop::get(server.address(), PATH).with_token(&token)),
            log_ins: Contender::Requests(ClosedLoop::scripted(server.address(), log_ins).on_connections(2 * cores())),
            refreshes: Contender::Refreshes(Refreshers::register(&server, CLIENTS).await?),
            _server: server,
        })
    }
}

impl Rows {
    fn users(self) -> u64 {
        self.sessions / SESSIONS_OF_A_USER
    }

    /// Each session has been refreshed once.
    fn insert(self, database: &Database) -> Result<()> {
        let Self { entries, sessions } = self;
        let (faster, now, id, hash) = match database {
            // The default cache holds a thousandth of the indexes.
            Database::Sqlite { .. } => (
                "PRAGMA cache_size = -2000000; PRAGMA synchronous = OFF;",
                "strftime('%Y-%m-%d %H:%M:%f000', 'now')",
                "printf('%08x-0000-4000-8000-000000000000', n)",
                ["randomblob(32)", "randomblob(32)"],
            ),
            Database::Postgres { .. } => (
                "",
                "(clock_timestamp() AT TIME ZONE 'UTC')",
                "(lpad(to_hex(n), 8, '0') || '-0000-4000-8000-000000000000')",
                ["sha256(CAST(CAST(n AS TEXT) AS BYTEA))", "sha256(CAST('spent' || n AS BYTEA))"],
            ),
        };
        let numbers = |count| {
            format!("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})")
        };
        let user = format!("n % {} + 1", self.users());
        database.query(&format!(
            "{faster} INSERT INTO audit_log (at, action, outcome, actor_type, actor_id, subject_type, subject_id, address,
                user_agent, request_id, session_id)
             {} SELECT {now}, 'auth.login', 'success', 'user', {user}, 'user', {user}, '192.0.2.0/24',
                'Mozilla/5.0 (X11; Linux x86_64)', {id}, {id} FROM numbers",
            numbers(entries)
        ))?;
        let all = numbers(sessions);
        let [token, spent] = hash;
        database.query(&format!(
            "{faster} INSERT INTO sessions (id, user_id, token_hash, generation, predecessor, rotated_at, is_used, void_generations,
                amr, device, address, authenticated_at, created_at, last_used_at, expires_at, ended_at)
             {all} SELECT {id}, {user}, {token}, 1, 0, {now}, TRUE, '', 'pwd', 'Firefox', '192.0.2.0/24', {now}, {now},
                {now}, '2099-01-01 00:00:00.000000', CASE WHEN n % 2 = 0 THEN {now} END FROM numbers"
        ))?;
        database.query(&format!(
            "{faster} INSERT INTO spent_refresh_tokens (token_hash, session_id, generation) {all} SELECT {spent}, {id}, 0 FROM numbers"
        ))?;
        if matches!(database, Database::Postgres { .. }) {
            // As the server itself would do after a while.
            database.query("VACUUM ANALYZE")?;
        }
        Ok(())
    }
}
