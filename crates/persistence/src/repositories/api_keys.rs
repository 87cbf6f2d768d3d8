use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp as SqlTimestamp};
use ore_domain::{
    ApiKey, ApiKeyId, ApiKeys, Changed, CreationListRequest, KeyOwner, ListPage, NewApiKey, Stale, StoreError,
    Timestamp, TokenHash, UserId,
};

use super::creation_list::{CreationList, position};
use super::find_one::find_one;
use crate::api_key_rows::{ApiKeyRow, NewApiKeyRow};
use crate::connection::DatabaseConnection;
use crate::schema::api_keys;
use crate::static_query::static_query;
use crate::stored_timestamp::StoredTimestamp;

const DELETE_EXPIRED: &str = "\
    DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE expires_at < $1 LIMIT $2)";

impl ApiKeys for DatabaseConnection {
    fn insert_key(&mut self, key: &NewApiKey) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(api_keys::table).values(NewApiKeyRow::from(key));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn find_key(&mut self, token: TokenHash) -> Result<Option<ApiKey>, StoreError> {
        let by_hash = api_keys::table.filter(api_keys::token_hash.eq(token.0.as_slice()));
        let row = find_one!(self, by_hash.select(ApiKeyRow::as_select()), ApiKeyRow)?;
        row.map(ApiKeyRow::into_key).transpose()
    }

    fn find_key_by_id(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let by_id = api_keys::table.find(id.to_string());
        let row = find_one!(self, by_id.select(ApiKeyRow::as_select()), ApiKeyRow)?;
        row.map(ApiKeyRow::into_key).transpose()
    }

    fn page_of_keys(
        &mut self,
        owner: Option<KeyOwner>,
        request: &CreationListRequest,
    ) -> Result<ListPage<ApiKey>, StoreError> {
        let list = CreationList { table: "api_keys", owner };
        let total = list.count(request, self)?;
        let query = list.page_query::<Text, String>(request)?;
        let rows = self.query(|connection| query.load::<ApiKeyRow>(connection))?;
        let rows = rows.into_iter().map(|row| {
            let key = row.into_key()?;
            let position = position(key.created_at, key.id.to_string());
            Ok((key, position))
        });
        Ok(ListPage::of_rows(rows.collect::<Result<_, StoreError>>()?, request.limit, total))
    }

    fn keys_of_user(&mut self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        let query = api_keys::table
            .filter(api_keys::user_id.eq(user.get()))
            .order((api_keys::created_at, api_keys::id))
            .select(ApiKeyRow::as_select());
        let rows = self.query(|connection| query.load::<ApiKeyRow>(connection))?;
        rows.into_iter().map(ApiKeyRow::into_key).collect()
    }

    fn record_key_use(&mut self, id: ApiKeyId, at: Timestamp) -> Result<Changed<()>, StoreError> {
        let update = diesel::update(api_keys::table.find(id.to_string()))
            .set(api_keys::last_used_at.eq(StoredTimestamp::from(at)));
        self.query(|connection| update.execute(connection)).map(|_| Changed::new((), Stale::ApiKey(id)))
    }

    fn delete_key(&mut self, owner: KeyOwner, id: ApiKeyId) -> Result<Changed<bool>, StoreError> {
        let key = api_keys::table.find(id.to_string());
        let rows = match owner {
            KeyOwner::User(user) => {
                let deletion = diesel::delete(key.filter(api_keys::user_id.eq(user.get())));
                self.query(|connection| deletion.execute(connection))
            }
            KeyOwner::ServiceAccount(account) => {
                let deletion = diesel::delete(key.filter(api_keys::service_account_id.eq(account.to_string())));
                self.query(|connection| deletion.execute(connection))
            }
        };
        Ok(Changed::new(rows? == 1, Stale::ApiKey(id)))
    }

    fn delete_expired_keys(&mut self, before: Timestamp, limit: u32) -> Result<usize, StoreError> {
        let deletion = static_query(DELETE_EXPIRED)
            .bind::<SqlTimestamp, _>(StoredTimestamp::from(before))
            .bind::<BigInt, _>(i64::from(limit));
        self.query(|connection| deletion.execute(connection))
    }

    fn delete_keys_of_user(&mut self, user: UserId, proven_ones_too: bool) -> Result<Changed<usize>, StoreError> {
        let deletion = diesel::delete(
            api_keys::table
                .filter(api_keys::user_id.eq(user.get()))
                .filter(api_keys::is_proven.eq(false).or(api_keys::is_proven.eq(proven_ones_too))),
        );
        let rows = self.query(|connection| deletion.execute(connection))?;
        Ok(Changed::new(rows, Stale::User(user)))
    }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use ore_domain::{Position, ServiceAccountId, ServiceAccounts, Uuid};
    use rstest::rstest;

    use super::*;
    use crate::query_plans::{plans, postgres_plan};
    use crate::test_support::{migrated_connection, migrated_postgres, postgres_connection};

    const USER: KeyOwner = KeyOwner::User(UserId::new(1));
    const ACCOUNT: KeyOwner = KeyOwner::ServiceAccount(ServiceAccountId::new(Uuid::from_u128(1)));

    fn request() -> CreationListRequest {
        let after = Some(Position { value: "2026-11-29T10:34:31.656895Z".to_owned(), key: "1".to_owned() });
        CreationListRequest { filters: (), sort: (), is_descending: true, after, limit: 5, with_total: false }
    }

    type Search = fn(&mut DatabaseConnection);

    #[rstest]
    #[case::by_hash(|keys: &mut DatabaseConnection| drop(keys.find_key(TokenHash([0; 32])).unwrap()), "api_keys_token_hash_key")]
    #[case::of_user(|keys: &mut DatabaseConnection| drop(keys.page_of_keys(Some(USER), &request()).unwrap()), "api_keys_user_id")]
    #[case::of_account(
        |keys: &mut DatabaseConnection| drop(keys.page_of_keys(Some(ACCOUNT), &request()).unwrap()),
        "api_keys_service_account_id"
    )]
    #[case::all(|keys: &mut DatabaseConnection| drop(keys.page_of_keys(None, &request()).unwrap()), "api_keys_created_at")]
    #[case::expired(
        |keys: &mut DatabaseConnection| assert_eq!(keys.delete_expired_keys(Timestamp::UNIX_EPOCH, 5).unwrap(), 0),
        "api_keys_expires_at"
    )]
    #[case::accounts(
        |keys: &mut DatabaseConnection| drop(keys.page_of_accounts(&request()).unwrap()),
        "service_accounts_created_at"
    )]
    fn every_search_uses_an_index_and_sorts_nothing(#[case] search: Search, #[case] index: &str) {
        let directory = tempfile::tempdir().unwrap();
        let steps = plans(&mut migrated_connection(&directory), search).join("\n");
        assert!(steps.contains(index) && !steps.contains("TEMP B-TREE"), "{steps}");
        let database = migrated_postgres();
        let mut connection = postgres_connection(&database);
        // Without them the planner reads an empty table whole, and plans for one value of each parameter.
        connection.inner.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").unwrap();
        let plan = postgres_plan(&mut connection, search);
        assert!(plan.contains(index) && !plan.contains("Sort"), "{plan}");
    }
}
