use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ore_security::random::random_bytes;
use rustix::fs::OFlags;
use rustix::process::geteuid;

const ENDING: &str = ".tmp";
/// A number of 64 bits in hexadecimal digits.
const DIGITS: usize = 16;
/// More than any text has that we write.
const MAX_BYTES: u64 = 64 * 1024;

/// A file that only its owner reads, under another name until it is finished. Whoever writes it holds its lock: one without
/// a lock was left by a process that was killed.
pub(crate) struct UnfinishedFile {
    path: PathBuf,
    // Holds the lock.
    file: File,
}

impl UnfinishedFile {
    /// A new one that is to become `target`, with this text.
    pub(crate) fn create(target: &Path, text: &str) -> io::Result<Self> {
        loop {
            let number = u64::from_ne_bytes(random_bytes().map_err(io::Error::other)?);
            let path = target.with_extension(format!("{number:016x}{ENDING}"));
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.lock()?;
            // Somebody may have found it before it had its lock.
            if is_there(&path, &file)? {
                file.write_all(text.as_bytes())?;
                file.sync_all()?;
                return Ok(Self { path, file });
            }
        }
    }

    /// Those that nobody finishes any more.
    pub(crate) fn left_of(target: &Path) -> io::Result<Vec<Self>> {
        let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let entries = match fs::read_dir(directory) {
            // Nobody can have written there either, or can list what is there.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
                return Ok(Vec::new());
            }
            entries => entries?,
        };
        let paths = entries.filter_map(|entry| Some(target.with_file_name(entry.ok()?.file_name())));
        Ok(paths.filter(|path| is_unfinished(target, path)).filter_map(Self::take_over).collect())
    }

    fn take_over(path: PathBuf) -> Option<Self> {
        // What others put there may be a link, or a pipe that nobody writes to.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(&path).ok()?;
        let metadata = file.metadata().ok()?;
        let is_ours = metadata.is_file() && metadata.uid() == geteuid().as_raw() && metadata.mode() & 0o777 == 0o600;
        file.try_lock().ok()?;
        (is_ours && is_there(&path, &file).ok()?).then_some(Self { path, file })
    }

    pub(crate) fn text(&self) -> io::Result<String> {
        let mut text = String::new();
        (&self.file).take(MAX_BYTES).read_to_string(&mut text)?;
        Ok(text)
    }

    /// Gives it its name.
    pub(crate) fn finish(self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)
    }

    pub(crate) fn remove(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}

/// Whether a path is what [`UnfinishedFile::create`] gives a file that is to become the target.
fn is_unfinished(target: &Path, path: &Path) -> bool {
    let (stem, name) =
        (target.file_stem().and_then(|stem| stem.to_str()), path.file_name().and_then(|name| name.to_str()));
    let rest = stem.zip(name).and_then(|(stem, name)| name.strip_prefix(stem)?.strip_prefix('.')?.strip_suffix(ENDING));
    rest.is_some_and(|rest| rest.len() == DIGITS && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether the path still leads to this file.
fn is_there(path: &Path, file: &File) -> io::Result<bool> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        found => Ok(found?.ino() == file.metadata()?.ino()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn what_somebody_still_writes_is_left_alone_and_what_is_left_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("admin.txt");
        let writing = UnfinishedFile::create(&target, "one").unwrap();
        assert!(UnfinishedFile::left_of(&target).unwrap().is_empty());
        let path = writing.path.clone();
        drop(writing);
        for other in ["admin.txt", "admin.0123.tmp", "other.0123456789abcdef.tmp", "admin.0123456789abcdefg.tmp"] {
            fs::write(directory.path().join(other), "other").unwrap();
        }
        let [left] = UnfinishedFile::left_of(&target).unwrap().try_into().ok().unwrap();
        assert_eq!((&left.path, left.text().unwrap().as_str()), (&path, "one"));
        left.finish(&target).unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "one");
        assert!(UnfinishedFile::left_of(&target).unwrap().is_empty());
    }

    #[test]
    fn what_others_may_have_put_there_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("admin.txt");
        let name = |number: u8| directory.path().join(format!("admin.{number:016x}.tmp"));
        fs::write(name(1), "readable by all").unwrap();
        fs::set_permissions(name(1), Permissions::from_mode(0o644)).unwrap();
        std::os::unix::fs::symlink("/dev/zero", name(2)).unwrap();
        mknodat(CWD, name(3), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert!(UnfinishedFile::left_of(&target).unwrap().is_empty());
    }

    #[test]
    fn in_a_directory_that_is_not_there_nothing_is_left() {
        let directory = tempfile::tempdir().unwrap();
        assert!(UnfinishedFile::left_of(&directory.path().join("missing/admin.txt")).unwrap().is_empty());
    }
}
