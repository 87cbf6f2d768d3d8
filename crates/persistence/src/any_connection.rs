#![allow(missing_docs, unreachable_pub, reason = "the derive writes public items without documentation")]

use diesel::{MultiConnection, PgConnection, SqliteConnection};

/// A connection to either database, on which one text of a query runs.
///
/// Never made with `establish`, which tries one variant after the other: a mistyped PostgreSQL URL would open a SQLite
/// file of that name.
#[derive(MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}
