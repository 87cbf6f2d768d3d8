use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::{
    Changed, CreationListRequest, ListPage, ServiceAccount, ServiceAccountId, ServiceAccounts, Stale, StoreError,
};

use super::creation_list::{CreationList, position};
use super::find_one::find_one;
use crate::api_key_rows::ServiceAccountRow;
use crate::connection::DatabaseConnection;
use crate::schema::service_accounts;
use crate::stored_timestamp::StoredTimestamp;

const LIST: CreationList = CreationList { table: "service_accounts", owner: None };

impl ServiceAccounts for DatabaseConnection {
    fn page_of_accounts(&mut self, request: &CreationListRequest) -> Result<ListPage<ServiceAccount>, StoreError> {
        let total = LIST.count(request, self)?;
        let query = LIST.page_query::<Text, String>(request)?;
        let rows = self.query(|connection| query.load::<ServiceAccountRow>(connection))?;
        let rows = rows.into_iter().map(|row| {
            let account = row.into_account()?;
            let position = position(account.created_at, account.id.to_string());
            Ok((account, position))
        });
        Ok(ListPage::of_rows(rows.collect::<Result<_, StoreError>>()?, request.limit, total))
    }

    fn find_account(&mut self, id: ServiceAccountId) -> Result<Option<ServiceAccount>, StoreError> {
        let by_id = service_accounts::table.find(id.to_string());
        let row = find_one!(self, by_id.select(ServiceAccountRow::as_select()), ServiceAccountRow)?;
        row.map(ServiceAccountRow::into_account).transpose()
    }

    fn insert_account(&mut self, account: &ServiceAccount) -> Result<(), StoreError> {
        let insertion = diesel::insert_into(service_accounts::table).values((
            service_accounts::id.eq(account.id.to_string()),
            service_accounts::name.eq(&account.name),
            service_accounts::permissions.eq(account.permissions.to_string()),
            service_accounts::created_at.eq(StoredTimestamp::from(account.created_at)),
            service_accounts::updated_at.eq(StoredTimestamp::from(account.updated_at)),
        ));
        self.query(|connection| insertion.execute(connection)).map(drop)
    }

    fn update_account(&mut self, account: &ServiceAccount) -> Result<Changed<bool>, StoreError> {
        let update = diesel::update(service_accounts::table.find(account.id.to_string())).set((
            service_accounts::name.eq(&account.name),
            service_accounts::permissions.eq(account.permissions.to_string()),
            service_accounts::updated_at.eq(StoredTimestamp::from(account.updated_at)),
        ));
        let rows = self.query(|connection| update.execute(connection))?;
        Ok(Changed::new(rows == 1, Stale::ServiceAccount(account.id)))
    }

    fn delete_account(&mut self, id: ServiceAccountId) -> Result<Changed<bool>, StoreError> {
        let deletion = diesel::delete(service_accounts::table.find(id.to_string()));
        let rows = self.query(|connection| deletion.execute(connection))?;
        Ok(Changed::new(rows == 1, Stale::ServiceAccount(id)))
    }
}
