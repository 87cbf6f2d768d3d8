use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use ore_domain::{StoreError, UserId};

use super::batches::canonical_form;
use super::{Listing, StoredAddress};
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;
use crate::database::Database;
use crate::lenient::Lenient;
use crate::schema::users;

/// So few that nobody waits for the connection for long.
const BATCH: i64 = 500;
/// Before every key.
const FIRST: i64 = i64::MIN;

/// The condition of the index `users_email_not_ascii`: only for these addresses may the triggers, which stand in for us
/// when the Python service writes, miss the canonical form.
fn is_not_ascii(connection: &AnyConnection) -> &'static str {
    match connection {
        AnyConnection::Sqlite(_) => "length(CAST(email AS BLOB)) <> length(email)",
        AnyConnection::Postgres(_) => "email ~ '[^[:ascii:]]'",
    }
}

/// Users whom the Python service stored, and who are not found by their address because it is not of ASCII letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressRepairs {
    /// Those whom the next migration makes findable.
    pub possible: Listing<StoredAddress>,
    /// Those who share their address, as we compare them, with another user; they stay as they are.
    pub blocked: Listing<StoredAddress>,
}

impl Database {
    /// The users who share their address, as we compare them, with another user. Looks at a few at a time on the
    /// connections that all use, so that nobody waits for it; changes nothing. Needs the tables of this program.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot be asked.
    pub fn blocked_addresses(&self) -> Result<Listing<StoredAddress>, StoreError> {
        let (mut repairs, mut after) = (AddressRepairs::default(), FIRST);
        loop {
            let mut connection = self.acquire(self.acquire_deadline())?;
            let is_possible =
                |connection: &mut DatabaseConnection, repair: &Repair| is_free(connection, &repair.canonical);
            match examine_batch(&mut connection, after, &mut repairs, is_possible)? {
                Some(last) => after = last,
                None => return Ok(repairs.blocked),
            }
        }
    }
}

/// Changes nothing.
pub(crate) fn find_repairs(connection: &mut DatabaseConnection) -> Result<AddressRepairs, StoreError> {
    examine(connection, |connection, repair| is_free(connection, &repair.canonical))
}

/// Gives every user the canonical form of the address, except to those who would then share it.
pub(crate) fn repair(connection: &mut DatabaseConnection) -> Result<AddressRepairs, StoreError> {
    examine(connection, |connection, repair| {
        let is_free = is_free(connection, &repair.canonical)?;
        if is_free {
            // The Python service may have changed the address since the row was read.
            let row = users::table.find(repair.id).filter(users::email.eq(&repair.email));
            let unchanged = row.filter(users::email_canonical.eq(&repair.stored));
            let update = diesel::update(unchanged).set(users::email_canonical.eq(&repair.canonical));
            connection.query(|inner| update.execute(inner))?;
        }
        Ok(is_free)
    })
}

struct Repair {
    id: i64,
    email: String,
    stored: String,
    canonical: String,
}

fn examine(
    connection: &mut DatabaseConnection,
    mut is_possible: impl FnMut(&mut DatabaseConnection, &Repair) -> Result<bool, StoreError>,
) -> Result<AddressRepairs, StoreError> {
    let (mut repairs, mut after) = (AddressRepairs::default(), FIRST);
    while let Some(last) = examine_batch(connection, after, &mut repairs, &mut is_possible)? {
        after = last;
    }
    Ok(repairs)
}

/// The users after `after`, of a batch; the last of them.
fn examine_batch(
    connection: &mut DatabaseConnection,
    after: i64,
    repairs: &mut AddressRepairs,
    mut is_possible: impl FnMut(&mut DatabaseConnection, &Repair) -> Result<bool, StoreError>,
) -> Result<Option<i64>, StoreError> {
    let rows = load_batch(connection, after)?;
    let last = rows.last().map(|(last, ..)| *last);
    for (id, email, stored) in rows {
        // An unreadable user is reported elsewhere, and cannot be found in any case.
        let (Ok(Some(email)), Ok(Some(stored))) = (email.into_option(), stored.into_option()) else { continue };
        let (canonical, _) = canonical_form(&email);
        if canonical.as_str() == stored {
            continue;
        }
        let repair = Repair { id, email, stored, canonical: canonical.as_str().to_owned() };
        let users = if is_possible(connection, &repair)? { &mut repairs.possible } else { &mut repairs.blocked };
        users.add(|| StoredAddress { user: UserId::new(id), email: repair.email });
    }
    Ok(last)
}

type Row = (i64, Lenient<String>, Lenient<String>);

fn load_batch(connection: &mut DatabaseConnection, after: i64) -> Result<Vec<Row>, StoreError> {
    let query = users::table
        .select((users::id, users::email, users::email_canonical))
        .filter(users::id.gt(after))
        .filter(sql::<Bool>(is_not_ascii(&connection.inner)))
        .order(users::id)
        .limit(BATCH);
    connection.query(|inner| query.load(inner))
}

fn is_free(connection: &mut DatabaseConnection, canonical: &str) -> Result<bool, StoreError> {
    let query = users::table.filter(users::email_canonical.eq(canonical)).count();
    connection.query(|inner| query.get_result::<i64>(inner)).map(|count| count == 0)
}
