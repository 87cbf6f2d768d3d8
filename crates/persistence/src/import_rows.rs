use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use ore_domain::{ImportOutcome, ImportedUser, Locale, RoleName, StoreError, Timestamp, folded};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::lenient::Lenient;
use crate::schema::users;

/// A row of `users` as a statement takes it from JSON, under the names of the columns.
#[derive(Serialize)]
pub(crate) struct ImportRow<'a> {
    id: Option<i64>,
    email: &'a str,
    hashed_password: &'a str,
    is_active: bool,
    created_at: String,
    email_canonical: &'a str,
    verified_email: Option<&'a str>,
    display_name: Option<&'a str>,
    folded_name: Option<String>,
    locale: Option<&'static str>,
    credentials_changed_at: Option<String>,
}

impl<'a> ImportRow<'a> {
    /// A user without a time of making was made at `now`.
    pub(crate) fn new(user: &'a ImportedUser, now: Timestamp) -> Self {
        let canonical = user.email.canonical().as_str();
        Self {
            id: user.id.map(ore_domain::UserId::get),
            email: user.email.as_str(),
            hashed_password: user.password_hash.expose(),
            is_active: user.is_active,
            created_at: stored(user.created_at.unwrap_or(now)),
            email_canonical: canonical,
            verified_email: user.email_verified.then_some(canonical),
            display_name: user.display_name.as_deref(),
            folded_name: user.display_name.as_deref().map(folded),
            locale: user.locale.map(Locale::tag),
            // Somebody may have had the key before, whose tokens without a session end so.
            credentials_changed_at: user.id.map(|_| stored(now)),
        }
    }
}

/// As `StoredTimestamp` writes it.
fn stored(at: Timestamp) -> String {
    at.naive_utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

/// A row of `user_roles`, in the same way.
#[derive(Serialize)]
pub(crate) struct ImportedRoleRow<'a> {
    user_id: i64,
    role: &'a str,
}

/// The roles of a user that are stored: nobody is given the one that everybody has.
pub(crate) fn role_rows(user_id: i64, user: &ImportedUser) -> impl Iterator<Item = ImportedRoleRow<'_>> {
    let names: BTreeSet<&RoleName> = user.roles.iter().filter(|role| !role.is_user()).collect();
    names.into_iter().map(move |role| ImportedRoleRow { user_id, role: role.as_str() })
}

/// The rows as one parameter: a statement of a thousand rows with a parameter for each value is slow to prepare.
pub(crate) fn to_json(rows: &[impl Serialize]) -> Result<Zeroizing<String>, StoreError> {
    serde_json::to_string(rows).map(Zeroizing::new).map_err(StoreError::other)
}

/// The row that an `INSERT` returns.
#[derive(QueryableByName)]
pub(crate) struct InsertedRow {
    #[diesel(sql_type = BigInt)]
    pub(crate) id: i64,
    #[diesel(sql_type = Text)]
    pub(crate) email_canonical: String,
}

/// The columns of a stored user that show whether it is the imported one.
#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
pub(crate) struct ExistingRow {
    id: i64,
    email: Lenient<String>,
    email_canonical: Lenient<String>,
    created_at: Lenient<NaiveDateTime>,
}

/// The stored users who have an address or a key of an imported one, and the roles.
pub(crate) struct Existing {
    by_address: HashMap<String, ExistingRow>,
    keys: HashSet<i64>,
    roles: HashSet<String>,
}

impl Existing {
    pub(crate) fn new(by_address: Vec<ExistingRow>, keys: Vec<i64>, roles: Vec<String>) -> Self {
        let by_address = by_address.into_iter().filter_map(|mut row| {
            let canonical = std::mem::replace(&mut row.email_canonical, Lenient::Null);
            Some((canonical.into_option().ok()??, row))
        });
        Self { by_address: by_address.collect(), keys: keys.into_iter().collect(), roles: roles.into_iter().collect() }
    }

    pub(crate) fn compare(&self, user: &ImportedUser) -> ImportOutcome {
        match self.by_address.get(user.email.canonical().as_str()) {
            Some(row) if row.is(user) => ImportOutcome::Present,
            Some(_) => ImportOutcome::AddressTaken,
            None if user.id.is_some_and(|id| self.keys.contains(&id.get())) => ImportOutcome::KeyTaken,
            None if user.roles.iter().any(|role| !self.has_role(role)) => ImportOutcome::UnknownRole,
            None => ImportOutcome::New,
        }
    }

    fn has_role(&self, role: &RoleName) -> bool {
        role.is_user() || self.roles.contains(role.as_str())
    }
}

impl ExistingRow {
    fn is(&self, user: &ImportedUser) -> bool {
        let has_key = user.id.is_none_or(|id| id.get() == self.id);
        let has_time = user
            .created_at
            .is_none_or(|time| matches!(self.created_at, Lenient::Value(stored) if stored == time.naive_utc()));
        let is_known = user.id.is_some() || user.created_at.is_some();
        let has_spelling = matches!(&self.email, Lenient::Value(stored) if stored == user.email.as_str());
        has_key && has_time && (is_known || has_spelling)
    }
}

/// The last key that a sequence gave.
#[derive(QueryableByName)]
pub(crate) struct LastKey {
    #[diesel(sql_type = BigInt)]
    pub(crate) last_value: i64,
}
