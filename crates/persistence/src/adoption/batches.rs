use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ore_domain::{CanonicalEmail, EmailAddress, EmailError, StoreError};

use crate::connection::DatabaseConnection;
use crate::lenient::Lenient;

/// How many rows are in memory at a time.
pub(super) const BATCH: i64 = 10_000;

/// The address of a user, in a table that may not be ours yet.
#[derive(QueryableByName)]
pub(super) struct AddressRow {
    #[diesel(sql_type = BigInt)]
    pub(super) id: i64,
    #[diesel(sql_type = Text)]
    pub(super) email: Lenient<String>,
}

/// Shows every row of `users` to `visit`, in the order of the keys.
pub(super) fn for_each_address(
    connection: &mut DatabaseConnection,
    mut visit: impl FnMut(AddressRow),
) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let rows = load_batch(connection, after)?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.id);
        rows.into_iter().for_each(&mut visit);
    }
}

fn load_batch(connection: &mut DatabaseConnection, after: Option<i64>) -> Result<Vec<AddressRow>, StoreError> {
    // The types are stated because those of the table are what the Python service chose.
    let query = format!(
        "SELECT CAST(id AS BIGINT) AS id, CAST(email AS TEXT) AS email FROM users
         WHERE users.id > $1 ORDER BY users.id LIMIT {BATCH}"
    );
    let query = diesel::sql_query(query).bind::<BigInt, _>(after.unwrap_or(i64::MIN));
    connection.query(|inner| query.load(inner))
}

/// The canonical form that an adopted address is given, and what is wrong with the address if anything is.
pub(crate) fn canonical_form(email: &str) -> (CanonicalEmail, Option<EmailError>) {
    match EmailAddress::parse(email) {
        Ok(address) => (address.canonical().clone(), None),
        Err(error) => (CanonicalEmail::of_refused(email), Some(error)),
    }
}
