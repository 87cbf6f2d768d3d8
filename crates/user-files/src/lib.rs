//! Files of users, as CSV and as JSON lines: what other services export and this one imports, and what it exports itself.
//!
//! Reads and writes whatever it is handed, and opens nothing. No error holds a value of a file, which may be a hash.

mod auth0;
mod bounded_reader;
mod columns;
mod csv_rows;
mod fault;
mod fields;
mod format;
mod json_rows;
mod reader;
mod record;
mod row;
mod supabase;
mod values;
mod writer;

pub use fault::{FieldFault, FileFault, RowFault};
pub use format::{ExportFormat, ImportFormat};
pub use reader::UserReader;
pub use record::UserRecord;
pub use row::ImportedRow;
pub use writer::UserWriter;
