//! What the next migration is called.

use std::path::Path;

use anyhow::Result;

use crate::files;
use crate::process::{self, command};

/// The date in UTC, as `2026-11-22`.
///
/// # Errors
/// When the machine does not tell it.
pub(super) fn today() -> Result<String> {
    Ok(process::captured(command("date").args(["--utc", "+%F"]))?.trim().to_owned())
}

/// The name of a migration of today that comes after every other.
///
/// # Errors
/// When the migrations cannot be read.
pub(super) fn next(root: &Path, today: &str, plural: &str) -> Result<String> {
    let last = files::list(root.join("migrations/sqlite"))?.pop();
    let name = last.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy());
    Ok(format!("{}_create_{plural}", number_after(name.as_deref(), today)))
}

/// Migrations run in the order of their numbers, `2026-11-22-000001`: also one made where the clock is behind comes
/// last.
fn number_after(last: Option<&str>, today: &str) -> String {
    let last = last.and_then(|name| name.split_once('_')?.0.rsplit_once('-')).unwrap_or(("", "0"));
    let (date, number) = last;
    if date < today {
        return format!("{today}-000001");
    }
    format!("{date}-{:06}", 1 + number.parse::<u32>().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::number_after;

    #[test]
    fn a_migration_comes_after_every_other() {
        let last = Some("2026-11-22-000002_create_rate_limits");
        assert_eq!(number_after(None, "2026-11-22"), "2026-11-22-000001");
        assert_eq!(number_after(last, "2026-11-23"), "2026-11-23-000001");
        assert_eq!(number_after(last, "2026-11-22"), "2026-11-22-000003");
        assert_eq!(number_after(last, "2026-01-01"), "2026-11-22-000003");
    }
}
