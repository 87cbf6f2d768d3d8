use std::error::Error;
use std::str::FromStr;

use chrono::SecondsFormat;
use diesel::expression::{AsExpression, TypedExpressionType};
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::{BigInt, SqlType, Text, Timestamp as SqlTimestamp};
use ore_domain::{CreationListRequest, KeyOwner, Position, StoreError, Timestamp, Total};

use crate::any_connection::MultiBackend;
use crate::connection::DatabaseConnection;
use crate::static_query::{StaticQuery, static_query};
use crate::stored_timestamp::StoredTimestamp;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The rows of a table that are listed by when they were made: all of them, or those of one owner.
#[derive(Clone, Copy)]
pub(super) struct CreationList {
    pub(super) table: &'static str,
    pub(super) owner: Option<KeyOwner>,
}

impl CreationList {
    /// One row more than the page has, where another page follows. The keys are `K`, which the database has as `ST`.
    pub(super) fn page_query<'a, ST, K>(self, request: &CreationListRequest) -> Result<StaticQuery<'a>, StoreError>
    where
        ST: SqlType + TypedExpressionType,
        K: FromStr<Err: Error + Send + Sync + 'static> + AsExpression<ST, Expression: QueryFragment<MultiBackend> + 'a>,
    {
        let (direction, comparison) = if request.is_descending { ("DESC", "<") } else { ("ASC", ">") };
        let (table, owner) = (self.table, self.condition());
        let (time, key) = if self.owner.is_some() { (3, 4) } else { (2, 3) };
        let after = match request.after {
            Some(_) => format!(" AND (created_at, id) {comparison} (${time}, ${key})"),
            None => String::new(),
        };
        let query = self.bind_owner(
            static_query(format!(
                "SELECT * FROM {table} WHERE {owner}{after} ORDER BY created_at {direction}, id {direction} LIMIT $1"
            ))
            .bind::<BigInt, _>(i64::from(request.limit) + 1),
        );
        let Some(Position { value, key }) = request.after.clone() else { return Ok(query) };
        let time: Timestamp = value.parse().map_err(StoreError::other)?;
        let key: K = key.parse().map_err(StoreError::other)?;
        Ok(query.bind::<SqlTimestamp, _>(StoredTimestamp::from(time)).bind::<ST, _>(key))
    }

    /// How many rows there are, where that is asked for.
    pub(super) fn count(
        self,
        request: &CreationListRequest,
        connection: &mut DatabaseConnection,
    ) -> Result<Option<Total>, StoreError> {
        if !request.with_total {
            return Ok(None);
        }
        let (table, owner) = (self.table, self.condition());
        let text = format!("SELECT COUNT(*) AS number FROM (SELECT 1 FROM {table} WHERE {owner} LIMIT $1) AS counted");
        let most = i64::try_from(Total::MAX).unwrap_or(i64::MAX).saturating_add(1);
        let query = self.bind_owner(static_query(text).bind::<BigInt, _>(most));
        let counted: Counted = connection.query(|connection| query.get_result(connection))?;
        Ok(Some(Total::of_counted(counted.number.try_into().unwrap_or_default())))
    }

    fn condition(self) -> &'static str {
        match self.owner {
            Some(KeyOwner::User(_)) => "user_id = $2",
            Some(KeyOwner::ServiceAccount(_)) => "service_account_id = $2",
            None => "TRUE",
        }
    }

    fn bind_owner(self, query: StaticQuery<'_>) -> StaticQuery<'_> {
        match self.owner {
            Some(KeyOwner::User(user)) => query.bind::<BigInt, _>(user.get()),
            Some(KeyOwner::ServiceAccount(account)) => query.bind::<Text, _>(account.to_string()),
            None => query,
        }
    }
}

/// The position of an item in a list that is sorted by creation time.
pub(super) fn position(created_at: Timestamp, key: String) -> Position {
    Position { value: created_at.to_rfc3339_opts(SecondsFormat::Micros, true), key }
}
