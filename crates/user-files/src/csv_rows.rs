use std::io::{self, Read};

use csv::{ByteRecord, ErrorKind, ReaderBuilder};
use ore_domain::{ImportedTotpSecret, ImportedUser, Timestamp};

use crate::bounded_reader::{BoundedReader, ReaderHandle};
use crate::columns::{COLUMNS, TOTP_SECRET};
use crate::fault::{FileFault, RowFault};
use crate::fields::Fields;
use crate::format::ImportFormat;
use crate::record::plain;
use crate::row::{ImportedRow, MAX_ROW_BYTES};
use crate::supabase;
use crate::values::{boolean, email, key, locale, name, optional, password_hash, required, roles, time};

/// A record of more bytes ends the import: the parser would keep all of it in memory.
const MAX_RECORD_BYTES: u64 = 1 << 20;

/// The rows of a CSV file with a header.
pub(crate) struct CsvRows<R> {
    reader: csv::Reader<BoundedReader<R>>,
    handle: ReaderHandle,
    record: ByteRecord,
    columns: Vec<Option<&'static str>>,
    is_supabase: bool,
    now: Timestamp,
}

impl<R: Read> CsvRows<R> {
    /// Reads the header.
    pub(crate) fn open(inner: R, format: Option<ImportFormat>, now: Timestamp) -> Result<Self, FileFault> {
        let handle = ReaderHandle::default();
        handle.allow(MAX_RECORD_BYTES);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(BoundedReader::new(inner, handle.clone()));
        let mut record = ByteRecord::new();
        if !reader.read_byte_record(&mut record).map_err(|error| file_fault(error, 1))? {
            return Err(FileFault::Empty);
        }
        let names = record.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>();
        let names: Vec<&str> = names.map_err(|_| FileFault::HeaderNotUtf8)?;
        let names: Vec<&str> = names.into_iter().map(|name| name.trim_start_matches('\u{feff}').trim()).collect();
        let is_supabase = match format {
            Some(format) => format == ImportFormat::Supabase,
            None => names.contains(&supabase::MARK),
        };
        let columns = columns(&names, is_supabase)?;
        Ok(Self { reader, handle, record, columns, is_supabase, now })
    }

    pub(crate) fn next_row(&mut self) -> Option<Result<ImportedRow, FileFault>> {
        self.handle.allow(MAX_RECORD_BYTES);
        let start = self.reader.position().line();
        match self.reader.read_byte_record(&mut self.record) {
            Err(error) => Some(Err(file_fault(error, start))),
            Ok(false) => None,
            Ok(true) => Some(Ok(ImportedRow { line: self.first_line(), user: self.read() })),
        }
    }

    /// Counted from the end of the record: the parser passes over empty lines before it.
    fn first_line(&self) -> u64 {
        let inner = self.record.as_slice().split(|byte| *byte == b'\n').count() - 1;
        let end = u64::from(!self.handle.ended_within_a_line());
        self.reader.position().line().saturating_sub(inner as u64 + end)
    }

    fn read(&self) -> Result<ImportedUser, RowFault> {
        let (found, expected) = (self.record.len(), self.columns.len());
        if self.record.as_slice().len() > MAX_ROW_BYTES {
            return Err(RowFault::TooLong(MAX_ROW_BYTES));
        }
        if found != expected {
            return Err(RowFault::FieldCount { found, expected });
        }
        let values = self.record.iter().map(std::str::from_utf8).collect::<Result<Vec<_>, _>>();
        let values = values.map_err(|_| RowFault::NotUtf8)?;
        let fields = Fields { columns: &self.columns, values: &values };
        if self.is_supabase { supabase::read(&fields, self.now) } else { read(&fields) }
    }
}

fn columns(names: &[&str], is_supabase: bool) -> Result<Vec<Option<&'static str>>, FileFault> {
    let known: &[&'static str] = if is_supabase { &supabase::COLUMNS } else { &COLUMNS };
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let is_secret = !is_supabase && *name == TOTP_SECRET;
        let column = known.iter().find(|known| *known == name).copied().or(is_secret.then_some(TOTP_SECRET));
        match column {
            Some(name) if columns.contains(&Some(name)) => return Err(FileFault::RepeatedColumn(name)),
            // Supabase has many more, and ever others.
            None if !is_supabase => return Err(FileFault::UnknownColumn(index + 1)),
            _ => columns.push(column),
        }
    }
    if !columns.contains(&Some("email")) {
        return Err(FileFault::NoColumn("email"));
    }
    Ok(columns)
}

fn read(fields: &Fields<'_>) -> Result<ImportedUser, RowFault> {
    let email = required("email", optional("email", fields.get("email"), email)?)?;
    Ok(ImportedUser {
        id: optional("id", fields.get("id"), key)?,
        password_hash: password_hash(fields.get("hashed_password").unwrap_or_default()),
        is_active: optional("is_active", fields.get("is_active"), boolean)?.unwrap_or(true),
        created_at: optional("created_at", fields.get("created_at"), time)?,
        email_verified: optional("email_verified", fields.get("email_verified"), boolean)?.unwrap_or(false),
        display_name: optional("display_name", fields.get("display_name"), name)?.flatten(),
        locale: optional("locale", fields.get("locale"), locale)?,
        roles: optional("roles", fields.get("roles"), roles)?.unwrap_or_default(),
        totp_secret: fields.get(TOTP_SECRET).map(|text| ImportedTotpSecret::new(text.to_owned())),
        ..plain(email)
    })
}

fn file_fault(error: csv::Error, line: u64) -> FileFault {
    match error.into_kind() {
        ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            FileFault::EndlessRecord { line, limit: MAX_RECORD_BYTES }
        }
        ErrorKind::Io(error) => FileFault::Io(error),
        // A record of bytes with any number of fields has no other fault.
        other => FileFault::Io(io::Error::other(format!("{other:?}"))),
    }
}
