use std::borrow::Cow;

use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{SqlType, Untyped};

use crate::any_connection::{AnyConnection, MultiBackend};

/// A query of which there are few texts, so that each connection prepares it once.
///
/// [`diesel::sql_query`] prepares its text at every run: one more exchange with PostgreSQL, and a plan made anew. The text
/// counts its parameters from `$1`, as PostgreSQL does, and may name each several times, on SQLite too.
pub(crate) struct StaticQuery<'a> {
    sql: Cow<'static, str>,
    parameters: Vec<Box<dyn QueryFragment<MultiBackend> + 'a>>,
    is_prepared: bool,
}

/// The query of this text, before its parameters are bound, in the order of their numbers.
pub(crate) fn static_query<'a>(sql: impl Into<Cow<'static, str>>) -> StaticQuery<'a> {
    StaticQuery { sql: sql.into(), parameters: Vec::new(), is_prepared: true }
}

impl<'a> StaticQuery<'a> {
    /// The same, with its next parameter.
    pub(crate) fn bind<ST, T>(mut self, value: T) -> Self
    where
        ST: SqlType + TypedExpressionType,
        T: AsExpression<ST, Expression: QueryFragment<MultiBackend> + 'a>,
    {
        self.parameters.push(Box::new(value.as_expression()));
        self
    }

    /// The same, of which there are many texts: a connection would keep too many of them.
    pub(crate) fn unprepared(self) -> Self {
        Self { is_prepared: false, ..self }
    }

    /// The parameter that the text goes on with, and what of the text follows it.
    fn split_parameter<'b>(&'b self, text: &'b str) -> Option<(&'b dyn QueryFragment<MultiBackend>, &'b str)> {
        let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
        let number: usize = text.strip_suffix(rest)?.parse().ok()?;
        Some((&**self.parameters.get(number.checked_sub(1)?)?, rest))
    }
}

impl QueryFragment<MultiBackend> for StaticQuery<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        if !self.is_prepared {
            out.unsafe_to_cache_prepared();
        }
        let mut pieces = self.sql.split('$');
        out.push_sql(pieces.next().unwrap_or_default());
        for piece in pieces {
            let Some((parameter, text)) = self.split_parameter(piece) else {
                return Err(Error::QueryBuilderError(format!("no parameter is bound for ${piece}").into()));
            };
            parameter.walk_ast(out.reborrow())?;
            out.push_sql(text);
        }
        Ok(())
    }
}

impl QueryId for StaticQuery<'_> {
    type QueryId = ();

    /// The text tells it from others.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for StaticQuery<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<AnyConnection> for StaticQuery<'_> {}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{Connection, InstrumentationEvent};
    use diesel::sql_types::{BigInt, Nullable, Text};

    use super::*;
    use crate::connection::DatabaseConnection;
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

    #[derive(QueryableByName, Debug, PartialEq)]
    struct Row {
        #[diesel(sql_type = Text)]
        text: String,
        #[diesel(sql_type = BigInt)]
        sum: i64,
        #[diesel(sql_type = Nullable<BigInt>)]
        absent: Option<i64>,
    }

    fn ask(connection: &mut DatabaseConnection, text: &str, number: i64) -> Row {
        // The second parameter comes first and twice.
        let query = static_query("SELECT $2 || $2 AS text, $1 + $1 + 1 AS sum, $3 AS absent")
            .bind::<BigInt, _>(number)
            .bind::<Text, _>(text)
            .bind::<Nullable<BigInt>, _>(None::<i64>);
        query.get_result(&mut connection.inner).unwrap()
    }

    fn assert_that_it_is_prepared_once(mut connection: DatabaseConnection) {
        let prepared = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&prepared);
        connection.inner.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::CacheQuery { .. }) {
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
        assert_eq!(ask(&mut connection, "a", 2), Row { text: "aa".to_owned(), sum: 5, absent: None });
        assert_eq!(ask(&mut connection, "b", 3), Row { text: "bb".to_owned(), sum: 7, absent: None });
        assert_eq!(prepared.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_query_is_prepared_once_on_sqlite() {
        let directory = tempfile::tempdir().unwrap();
        assert_that_it_is_prepared_once(migrated_connection(&directory));
    }

    #[test]
    fn a_query_is_prepared_once_on_postgresql() {
        let database = migrated_postgres();
        assert_that_it_is_prepared_once(postgres_connection(&database));
    }

    #[test]
    fn a_parameter_that_is_not_bound_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = migrated_connection(&directory);
        for text in ["SELECT $1", "SELECT $", "SELECT $0"] {
            let result = static_query(text).execute(&mut connection.inner);
            assert!(matches!(result, Err(Error::QueryBuilderError(_))), "{text}: {result:?}");
        }
    }
}
