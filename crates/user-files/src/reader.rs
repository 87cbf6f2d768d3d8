use std::io::{BufRead, BufReader, Read};

use ore_domain::Timestamp;

use crate::csv_rows::CsvRows;
use crate::fault::FileFault;
use crate::format::ImportFormat;
use crate::json_rows::JsonRows;
use crate::row::ImportedRow;

/// The users of a file, row by row. Keeps one row in memory.
pub struct UserReader<R>(Rows<R>);

enum Rows<R> {
    Csv(CsvRows<BufReader<R>>),
    Json(JsonRows<BufReader<R>>),
}

impl<R: Read> UserReader<R> {
    /// Begins to read. Without a format, a file that begins with `{` is JSON lines, and the fields of the header or of
    /// the first object tell whose export it is. A ban that ends at `now` or before is no ban.
    ///
    /// # Errors
    /// [`FileFault`] when there is no header, or one that is not understood.
    pub fn open(file: R, format: Option<ImportFormat>, now: Timestamp) -> Result<Self, FileFault> {
        let mut file = BufReader::with_capacity(64 * 1024, file);
        let start = first_letter(file.fill_buf()?);
        let is_json = match format {
            Some(format) => matches!(format, ImportFormat::JsonLines | ImportFormat::Auth0),
            None => matches!(start, Some(b'{' | b'[')),
        };
        if start.is_none() {
            return Err(FileFault::Empty);
        }
        if is_json && start == Some(b'[') {
            return Err(FileFault::JsonArray);
        }
        let rows = if is_json {
            Rows::Json(JsonRows::new(file, format))
        } else {
            Rows::Csv(CsvRows::open(file, format, now)?)
        };
        Ok(Self(rows))
    }
}

impl<R: Read> Iterator for UserReader<R> {
    type Item = Result<ImportedRow, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Rows::Csv(rows) => rows.next_row(),
            Rows::Json(rows) => rows.next_row(),
        }
    }
}

/// Behind the mark of UTF-8 and white space.
fn first_letter(start: &[u8]) -> Option<u8> {
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    start.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}
