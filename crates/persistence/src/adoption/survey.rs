use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use ore_domain::{StoreError, UserId};

use super::batches::{canonical_form, for_each_address};
use super::{AdoptionPreview, Collision, Listing, Obstacle, PeerTable, RefusedAddress, StoredAddress, postgres};
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;

/// Looks at the whole table and changes nothing.
///
/// Keeps eight bytes of memory for each row: a hash of the canonical form. Only rows whose hashes meet are looked at
/// again.
pub(crate) fn survey(connection: &mut DatabaseConnection, table: &PeerTable) -> Result<AdoptionPreview, StoreError> {
    let mut obstacles = table.obstacles(connection);
    if matches!(connection.inner, AnyConnection::Postgres(_)) {
        obstacles.extend(postgres::views(connection)?.into_iter().map(Obstacle::View));
    }
    let mut preview = AdoptionPreview { users: count(connection)?, obstacles, ..AdoptionPreview::default() };
    if !preview.obstacles.is_empty() {
        return Ok(preview);
    }
    let hashing = RandomState::new();
    let mut hashes = Vec::new();
    let mut without_address = Listing::default();
    for_each_address(connection, |row| match row.email.filter(|email| !email.is_empty()) {
        None => without_address.add(|| row.id),
        Some(email) => {
            let (canonical, error) = canonical_form(&email);
            hashes.push(hashing.hash_one(&canonical));
            if let Some(error) = error {
                preview.refused.add(|| RefusedAddress { stored: stored(row.id, email), error });
            }
        }
    })?;
    if !without_address.is_empty() {
        preview.obstacles.push(Obstacle::NoAddress(without_address));
    }
    preview.obstacles.extend(unreadable_times(connection)?);
    let repeated = repeated(hashes);
    preview.collisions = collisions(connection, &hashing, &repeated)?;
    Ok(preview)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

fn count(connection: &mut DatabaseConnection) -> Result<i64, StoreError> {
    let query = diesel::sql_query("SELECT count(*) AS rows FROM users");
    connection.query(|inner| query.get_result::<Count>(inner)).map(|count| count.rows)
}

fn stored(id: i64, email: String) -> StoredAddress {
    StoredAddress { user: UserId::new(id), email }
}

fn repeated(mut hashes: Vec<u64>) -> HashSet<u64> {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect()
}

/// Those of the canonical forms with a repeated hash that really belong to several users.
fn collisions(
    connection: &mut DatabaseConnection,
    hashing: &RandomState,
    repeated: &HashSet<u64>,
) -> Result<Listing<Collision>, StoreError> {
    if repeated.is_empty() {
        return Ok(Listing::default());
    }
    let mut groups: BTreeMap<String, Listing<StoredAddress>> = BTreeMap::new();
    for_each_address(connection, |row| {
        let email = row.email.unwrap_or_default();
        let (canonical, _) = canonical_form(&email);
        if repeated.contains(&hashing.hash_one(&canonical)) {
            groups.entry(canonical.as_str().to_owned()).or_default().add(|| stored(row.id, email));
        }
    })?;
    let mut collisions = Listing::default();
    for (canonical, users) in groups.into_iter().filter(|(_, users)| users.total > 1) {
        collisions.add(|| Collision { canonical, users });
    }
    Ok(collisions)
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// SQLite takes any text for a time; PostgreSQL does not.
fn unreadable_times(connection: &mut DatabaseConnection) -> Result<Option<Obstacle>, StoreError> {
    if matches!(connection.inner, AnyConnection::Postgres(_)) {
        return Ok(None);
    }
    // A number would be read as a Julian day.
    let query = "SELECT id FROM users WHERE created_at IS NOT NULL
        AND (typeof(created_at) <> 'text' OR created_at NOT LIKE '____-__-__%' OR datetime(created_at) IS NULL)
        ORDER BY id";
    let keys: Vec<Key> = connection.query(|inner| diesel::sql_query(query).load(inner))?;
    let mut listing = Listing::default();
    for key in keys {
        listing.add(|| key.id);
    }
    Ok((!listing.is_empty()).then_some(Obstacle::UnreadableTime(listing)))
}
