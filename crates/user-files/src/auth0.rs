//! Objects of Auth0: those of its exports, and those with hashes that its support hands out.

use ore_domain::{ImportedUser, Timestamp};
use serde_json::{Map, Value};

use crate::fault::{FieldFault, RowFault};
use crate::record::plain;
use crate::values::{email, from_micros, json_boolean, json_text, name, optional, password_hash, required, time};

/// Members that show whose object it is.
const MARKS: [&str; 4] = ["passwordHash", "password_hash", "user_id", "_id"];

/// Whether an object is one of Auth0's.
pub(crate) fn is_one(object: &Map<String, Value>) -> bool {
    MARKS.iter().any(|mark| object.contains_key(*mark))
}

/// Members that say nothing that we keep are left out; the keys are no numbers.
pub(crate) fn read(object: &Map<String, Value>) -> Result<ImportedUser, RowFault> {
    let get = |name: &str| object.get(name).filter(|value| !value.is_null());
    let address = required("email", get("email"))?;
    let address = json_text(address).map_err(|fault| RowFault::Field("email", fault))?;
    let hash = match get("passwordHash") {
        Some(hash) => optional("passwordHash", Some(hash), json_text)?,
        None => optional("password_hash", get("password_hash"), json_text)?,
    };
    let is_blocked = optional("blocked", get("blocked"), json_boolean)?.unwrap_or(false);
    // Auth0 puts the address where no name is known.
    let full_name = optional("name", get("name"), json_text)?.filter(|name| *name != address);
    let display_name = optional("name", full_name, name)?.flatten();
    let email = email(address).map_err(|fault| RowFault::Field("email", fault))?;
    Ok(ImportedUser {
        password_hash: password_hash(hash.unwrap_or_default()),
        is_active: !is_blocked,
        created_at: optional("created_at", get("created_at"), date)?,
        email_verified: optional("email_verified", get("email_verified"), json_boolean)?.unwrap_or(false),
        display_name,
        ..plain(email)
    })
}

/// A text, or what `MongoDB`'s tools make of a date: `{"$date": text or milliseconds}`.
fn date(value: &Value) -> Result<Timestamp, FieldFault> {
    let value = value.get("$date").unwrap_or(value);
    if let Some(text) = value.as_str() {
        return time(text);
    }
    let number = value.get("$numberLong").and_then(|text| text.as_str()?.parse().ok()).or_else(|| value.as_i64());
    number.and_then(|milliseconds: i64| from_micros(milliseconds.checked_mul(1000)?)).ok_or(FieldFault::NotATime)
}
