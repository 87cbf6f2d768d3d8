use ore_domain::ImportedUser;

use crate::fault::RowFault;

/// A row of more bytes is refused.
pub(crate) const MAX_ROW_BYTES: usize = 64 * 1024;

/// A row of a file.
#[derive(Debug)]
pub struct ImportedRow {
    /// The line on which it begins, counted from one.
    pub line: u64,
    /// The user, or why there is none.
    pub user: Result<ImportedUser, RowFault>,
}
