use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use ore_domain::{StoreError, UserId};

use super::batches::{canonical_form, for_each_address};
use super::{AdoptionPreview, Collision, Listing, Obstacle, PeerTable, RefusedAddress, StoredAddress};
use super::{postgres_obstacles, sqlite_obstacles};
use crate::any_connection::AnyConnection;
use crate::connection::DatabaseConnection;

/// What the take-over would do with the table of the Python service; `None` when there is none, or no longer: somebody
/// else may take it over in the middle of the look, and what is ours then is in nobody's way.
pub(crate) fn preview(connection: &mut DatabaseConnection) -> Result<Option<AdoptionPreview>, StoreError> {
    let Some(table) = PeerTable::find(connection)? else { return Ok(None) };
    let preview = survey(connection, &table)?;
    let is_outdated = !preview.is_possible() && PeerTable::find(connection)?.is_none();
    Ok((!is_outdated).then_some(preview))
}

/// Looks at the whole table and changes nothing.
///
/// Keeps eight bytes of memory for each row: a hash of the canonical form. Only rows whose hashes meet are looked at
/// again.
pub(crate) fn survey(connection: &mut DatabaseConnection, table: &PeerTable) -> Result<AdoptionPreview, StoreError> {
    let mut obstacles = table.obstacles(connection);
    obstacles.extend(obstacles_around(connection, table, &obstacles)?);
    let has_addresses = !obstacles.iter().any(Obstacle::hides_addresses);
    let has_times = !obstacles.iter().any(Obstacle::hides_times);
    let mut preview = AdoptionPreview { obstacles, ..AdoptionPreview::default() };
    if !has_addresses {
        return Ok(preview);
    }
    preview.users = count(connection)?;
    let hashing = RandomState::new();
    let mut hashes = Vec::new();
    let (mut without_address, mut unreadable) = (Listing::default(), Listing::default());
    for_each_address(connection, |row| match row.email.into_option() {
        Err(_) => unreadable.add(|| row.id),
        Ok(None) => without_address.add(|| row.id),
        Ok(Some(email)) if email.is_empty() => without_address.add(|| row.id),
        Ok(Some(email)) => {
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
    if !unreadable.is_empty() {
        preview.obstacles.push(Obstacle::UnreadableAddress(unreadable));
    }
    if has_times {
        preview.obstacles.extend(unreadable_times(connection)?);
    }
    let repeated = repeated(hashes);
    preview.collisions = collisions(connection, &hashing, &repeated)?;
    Ok(preview)
}

/// What the database itself puts in the way; of a table that has not our columns little can be asked.
fn obstacles_around(
    connection: &mut DatabaseConnection,
    table: &PeerTable,
    known: &[Obstacle],
) -> Result<Vec<Obstacle>, StoreError> {
    if known.contains(&Obstacle::NotATable) {
        return rights(connection);
    }
    match connection.inner {
        AnyConnection::Sqlite(_) => sqlite_obstacles::obstacles(connection),
        AnyConnection::Postgres(_) => postgres_obstacles::obstacles(connection, table),
    }
}

/// The rights that this role lacks for any migration.
pub(crate) fn rights(connection: &mut DatabaseConnection) -> Result<Vec<Obstacle>, StoreError> {
    match connection.inner {
        AnyConnection::Sqlite(_) => Ok(Vec::new()),
        AnyConnection::Postgres(_) => postgres_obstacles::rights(connection),
    }
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
        let Ok(Some(email)) = row.email.into_option() else { return };
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

/// SQLite takes any text for a time, and would read a number as a Julian day; PostgreSQL knows infinity, and years beyond
/// four digits.
fn unreadable_times(connection: &mut DatabaseConnection) -> Result<Option<Obstacle>, StoreError> {
    let query = match connection.inner {
        AnyConnection::Sqlite(_) => {
            "SELECT id FROM users WHERE created_at IS NOT NULL
            AND (typeof(created_at) <> 'text' OR created_at NOT LIKE '____-__-__%' OR datetime(created_at) IS NULL)
            ORDER BY id"
        }
        AnyConnection::Postgres(_) => {
            "SELECT CAST(id AS BIGINT) AS id FROM users WHERE NOT isfinite(created_at)
            OR created_at NOT BETWEEN '0001-01-01' AND '9999-12-31' ORDER BY users.id"
        }
    };
    let keys: Vec<Key> = connection.query(|inner| diesel::sql_query(query).load(inner))?;
    let mut listing = Listing::default();
    for key in keys {
        listing.add(|| key.id);
    }
    Ok((!listing.is_empty()).then_some(Obstacle::UnreadableTime(listing)))
}
