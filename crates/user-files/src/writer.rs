use std::io::{self, Write};

use chrono::SecondsFormat;
use ore_domain::{Locale, RoleName, User};
use serde::Serialize;

use crate::columns::COLUMNS;
use crate::format::ExportFormat;

/// Writes users in the form that an import reads.
pub struct UserWriter<W: Write>(Form<W>);

enum Form<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines(W),
}

/// The fields under the names of the columns, and in their order.
#[derive(Serialize)]
struct Row<'a> {
    id: i64,
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hashed_password: Option<&'a str>,
    is_active: bool,
    created_at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'static str>,
    email_verified: bool,
    roles: Vec<&'a str>,
}

impl<W: Write> UserWriter<W> {
    /// Begins to write, in CSV with the header.
    ///
    /// # Errors
    /// That of `out`.
    pub fn new(out: W, format: ExportFormat) -> io::Result<Self> {
        Ok(Self(match format {
            ExportFormat::Csv => {
                let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(out);
                writer.write_record(COLUMNS)?;
                Form::Csv(Box::new(writer))
            }
            ExportFormat::JsonLines => Form::JsonLines(out),
        }))
    }

    /// Writes one user.
    ///
    /// # Errors
    /// That of `out`.
    pub fn write(&mut self, user: &User) -> io::Result<()> {
        let created_at = user.created_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let row = Row {
            id: user.id.get(),
            email: user.email.as_str(),
            hashed_password: user.has_password().then(|| user.password_hash.expose()),
            is_active: user.is_active,
            created_at: &created_at,
            display_name: user.profile.display_name.as_deref(),
            locale: user.profile.locale.map(Locale::tag),
            email_verified: user.email_verified,
            roles: user.roles.names().iter().map(RoleName::as_str).collect(),
        };
        match &mut self.0 {
            Form::Csv(writer) => write_record(writer, &row),
            Form::JsonLines(out) => {
                serde_json::to_writer(&mut *out, &row)?;
                out.write_all(b"\n")
            }
        }
    }

    /// Hands over what is still kept back.
    ///
    /// # Errors
    /// That of `out`.
    pub fn finish(self) -> io::Result<()> {
        match self.0 {
            Form::Csv(mut writer) => writer.flush(),
            Form::JsonLines(mut out) => out.flush(),
        }
    }
}

/// A record has every column, also where nothing is to be said.
fn write_record<W: Write>(writer: &mut csv::Writer<W>, row: &Row<'_>) -> io::Result<()> {
    let (id, roles) = (row.id.to_string(), row.roles.join(" "));
    let record = [
        id.as_str(),
        row.email,
        row.hashed_password.unwrap_or_default(),
        if row.is_active { "true" } else { "false" },
        row.created_at,
        row.display_name.unwrap_or_default(),
        row.locale.unwrap_or_default(),
        if row.email_verified { "true" } else { "false" },
        roles.as_str(),
    ];
    Ok(writer.write_record(record)?)
}
