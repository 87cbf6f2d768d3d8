use chrono::NaiveDateTime;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Timestamp as SqlTimestamp;
use diesel::sqlite::Sqlite;
use ore_domain::Timestamp;

use crate::any_connection::MultiBackend;

/// A timestamp on its way into a column that holds UTC without saying so, as SQLAlchemy's `DateTime` does.
///
/// On SQLite always with six digits of a second, unlike Diesel's own text: SQLAlchemy before 2.0 reads `31.5` as five
/// microseconds, and texts of one length sort as the moments do.
#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = SqlTimestamp)]
pub(crate) struct StoredTimestamp(NaiveDateTime);

impl From<Timestamp> for StoredTimestamp {
    fn from(timestamp: Timestamp) -> Self {
        Self(timestamp.naive_utc())
    }
}

impl ToSql<SqlTimestamp, Sqlite> for StoredTimestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.format("%Y-%m-%d %H:%M:%S%.6f").to_string());
        Ok(IsNull::No)
    }
}

impl ToSql<SqlTimestamp, Pg> for StoredTimestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<SqlTimestamp, Pg>::to_sql(&self.0, out)
    }
}

impl ToSql<SqlTimestamp, MultiBackend> for StoredTimestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((SqlTimestamp, self));
        Ok(IsNull::No)
    }
}
