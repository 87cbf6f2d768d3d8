use std::io::Read;

use ore_domain::{ImportedUser, Timestamp};
use ore_user_files::{FileFault, ImportFormat, UserReader};

pub(crate) const HASH: &str = "$2b$12$9pkpWHIn71Exl/YLJJYuwu2l3RZVK5t4IyN1iR3rT9WIFOx6OZ4VK";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A row, or what is wrong with it, and its line.
pub(crate) type Line = (u64, Result<ImportedUser, String>);

/// The rows of a file.
pub(crate) fn try_read(file: impl Read, format: Option<ImportFormat>) -> Result<Vec<Line>, FileFault> {
    let rows = UserReader::open(file, format, time("2026-11-29T00:00:00Z"))?;
    rows.map(|row| row.map(|row| (row.line, row.user.map_err(|fault| fault.to_string())))).collect()
}

pub(crate) fn read(file: &str) -> Vec<Line> {
    try_read(file.as_bytes(), None).unwrap()
}

/// The users of a file that holds no others.
pub(crate) fn users(file: &str) -> Vec<ImportedUser> {
    read(file).into_iter().map(|(_, user)| user.unwrap()).collect()
}

/// What is wrong with each row, by line.
pub(crate) fn faults(file: impl Read) -> Vec<(u64, String)> {
    let rows = try_read(file, None).unwrap();
    rows.into_iter().filter_map(|(line, user)| Some((line, user.err()?))).collect()
}

pub(crate) fn file_fault(file: impl Read) -> String {
    try_read(file, None).unwrap_err().to_string()
}
