use std::io::{BufRead, Read};

use ore_domain::{ImportedTotpSecret, ImportedUser};
use serde_json::{Map, Value};

use crate::auth0;
use crate::columns::{COLUMNS, TOTP_SECRET};
use crate::fault::{FileFault, RowFault};
use crate::format::ImportFormat;
use crate::record::plain;
use crate::row::{ImportedRow, MAX_ROW_BYTES};
use crate::values::{
    email, json_boolean, json_key, json_roles, json_text, locale, name, optional, password_hash, required, time,
};

/// The objects of a file, one a line.
pub(crate) struct JsonRows<R> {
    inner: R,
    line: u64,
    buffer: Vec<u8>,
    /// Unknown until the first object.
    is_auth0: Option<bool>,
}

impl<R: BufRead> JsonRows<R> {
    pub(crate) fn new(inner: R, format: Option<ImportFormat>) -> Self {
        let is_auth0 = format.map(|format| format == ImportFormat::Auth0);
        Self { inner, line: 0, buffer: Vec::new(), is_auth0 }
    }

    pub(crate) fn next_row(&mut self) -> Option<Result<ImportedRow, FileFault>> {
        loop {
            let is_whole = match self.next_line() {
                Ok(None) => return None,
                Ok(Some(is_whole)) => is_whole,
                Err(error) => return Some(Err(FileFault::Io(error))),
            };
            if is_whole && self.text().iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let user = if is_whole { self.read() } else { Err(RowFault::TooLong(MAX_ROW_BYTES)) };
            return Some(Ok(ImportedRow { line: self.line, user }));
        }
    }

    /// Whether the next line is in the buffer whole; `None` at the end.
    fn next_line(&mut self) -> std::io::Result<Option<bool>> {
        self.buffer.clear();
        self.line += 1;
        let most = MAX_ROW_BYTES as u64 + 1;
        if self.inner.by_ref().take(most).read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        if self.buffer.len() <= MAX_ROW_BYTES || self.buffer.ends_with(b"\n") {
            return Ok(Some(true));
        }
        self.skip_line()?;
        Ok(Some(false))
    }

    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let available = self.inner.fill_buf()?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let (skipped, is_over) =
                (end.map_or(available.len(), |end| end + 1), end.is_some() || available.is_empty());
            self.inner.consume(skipped);
            if is_over {
                return Ok(());
            }
        }
    }

    fn text(&self) -> &[u8] {
        self.buffer.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.buffer)
    }

    fn read(&mut self) -> Result<ImportedUser, RowFault> {
        let text = std::str::from_utf8(self.text()).map_err(|_| RowFault::NotUtf8)?;
        let value: Value = serde_json::from_str(text).map_err(|error| RowFault::NotJson(error.column()))?;
        let Value::Object(object) = value else { return Err(RowFault::NotAnObject) };
        let is_auth0 = *self.is_auth0.get_or_insert_with(|| auth0::is_one(&object));
        if is_auth0 { auth0::read(&object) } else { read(&object) }
    }
}

fn read(object: &Map<String, Value>) -> Result<ImportedUser, RowFault> {
    if let Some(index) = object.keys().position(|name| !COLUMNS.contains(&name.as_str()) && name != TOTP_SECRET) {
        return Err(RowFault::UnknownMember(index + 1));
    }
    let get = |name: &str| object.get(name).filter(|value| !value.is_null());
    let address = required("email", get("email"))?;
    let address = optional("email", Some(address), |value| email(json_text(value)?))?;
    let hash = optional("hashed_password", get("hashed_password"), json_text)?;
    let totp_secret = optional(TOTP_SECRET, get(TOTP_SECRET), json_text)?;
    Ok(ImportedUser {
        id: optional("id", get("id"), json_key)?,
        password_hash: password_hash(hash.unwrap_or_default()),
        is_active: optional("is_active", get("is_active"), json_boolean)?.unwrap_or(true),
        created_at: optional("created_at", get("created_at"), |value| time(json_text(value)?))?,
        email_verified: optional("email_verified", get("email_verified"), json_boolean)?.unwrap_or(false),
        display_name: optional("display_name", get("display_name"), |value| name(json_text(value)?))?.flatten(),
        locale: optional("locale", get("locale"), |value| locale(json_text(value)?))?,
        roles: optional("roles", get("roles"), json_roles)?.unwrap_or_default(),
        totp_secret: totp_secret.map(|text| ImportedTotpSecret::new(text.to_owned())),
        ..plain(required("email", address)?)
    })
}
