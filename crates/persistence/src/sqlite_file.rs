use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

/// Which file of SQLite this process uses, by device and inode.
///
/// A file that is deleted lives on for those who have it open: they would go on to serve, and lose all that they
/// acknowledge when they end. A file that is put in its place cannot be changed over to while the old one is open: both
/// have their write-ahead log under one name, and SQLite would play the log of one into the other
/// (<https://www.sqlite.org/howtocorrupt.html>, 2.4 and 2.5). So no work is done until the file is back or the process
/// starts anew, and connections stay open, so that what they hold can still be rescued.
#[derive(Debug, Default)]
pub(crate) struct FileIdentity(OnceLock<(u64, u64)>);

impl FileIdentity {
    /// Takes the file at `path` for the one that this process uses, unless it uses one already.
    pub(crate) fn record(&self, path: &str) {
        if let Some(identity) = identity(path) {
            self.0.get_or_init(|| identity);
        }
    }

    /// Whether `path` still leads to the file that this process uses.
    ///
    /// # Errors
    /// One line that says what happened and what to do.
    pub(crate) fn check(&self, path: &str) -> Result<(), String> {
        let Some(used) = self.0.get() else { return Ok(()) };
        let what_happened = match identity(path) {
            Some(found) if found == *used => return Ok(()),
            Some(_) => "another file is in the place of the database",
            None => "the file of the database is gone",
        };
        Err(format!("{what_happened}: {path}; put back the file that was there, or restart the service"))
    }
}

fn identity(path: &str) -> Option<(u64, u64)> {
    fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}
