//! Rows of `auth.users` of Supabase.

use ore_domain::{ImportedUser, Timestamp};
use serde_json::Value;

use crate::fault::RowFault;
use crate::fields::Fields;
use crate::record::plain;
use crate::values::{email, name, optional, password_hash, required, time};

/// The column that shows whose export it is.
pub(crate) const MARK: &str = "encrypted_password";

/// Those that say something that we keep. The keys are UUIDs, and ours are numbers.
pub(crate) const COLUMNS: [&str; 8] = [
    "email",
    MARK,
    "email_confirmed_at",
    "confirmed_at",
    "created_at",
    "raw_user_meta_data",
    "banned_until",
    "deleted_at",
];

/// The fields in which applications store the name of a user, the likeliest first.
const NAMES: [&str; 3] = ["full_name", "name", "display_name"];

pub(crate) fn read(fields: &Fields<'_>, now: Timestamp) -> Result<ImportedUser, RowFault> {
    if fields.get("deleted_at").is_some() {
        return Err(RowFault::Deleted);
    }
    let email = required("email", optional("email", fields.get("email"), email)?)?;
    let banned_until = optional("banned_until", fields.get("banned_until"), time)?;
    let confirmed = fields.get("email_confirmed_at").or_else(|| fields.get("confirmed_at"));
    let profile = fields.get("raw_user_meta_data").and_then(|text| serde_json::from_str::<Value>(text).ok());
    let full_name = profile.as_ref().and_then(|profile| NAMES.iter().find_map(|name| profile.get(name)?.as_str()));
    Ok(ImportedUser {
        password_hash: password_hash(fields.get(MARK).unwrap_or_default()),
        is_active: banned_until.is_none_or(|until| until <= now),
        created_at: optional("created_at", fields.get("created_at"), time)?,
        email_verified: confirmed.is_some(),
        display_name: optional("raw_user_meta_data", full_name, name)?.flatten(),
        ..plain(email)
    })
}
