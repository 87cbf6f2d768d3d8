use std::ffi::OsString;
use std::fmt;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use tempfile::NamedTempFile;

use crate::DatabaseUrl;
use crate::url::Location;

/// The suffixes of SQLite's files. The files beside the database contain its pages, and so password hashes.
const SUFFIXES: [&str; 4] = ["", "-wal", "-shm", "-journal"];

/// Linux follows no more symbolic links than these to one file (`path_resolution(7)`).
const MAX_LINKS: usize = 40;

/// A file of a SQLite database that more users of the machine may use than was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFile {
    /// The file.
    pub path: PathBuf,
    /// Its permissions.
    pub mode: u32,
    /// Whether it is this user's, who takes the access away when the database is opened. Nobody else can.
    pub is_own: bool,
}

impl fmt::Display for ExposedFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, mode, is_own } = self;
        write!(formatter, "other users of this machine have access to {} (mode {mode:04o}); ", path.display())?;
        if *is_own {
            write!(formatter, "opening the database takes it away")
        } else {
            write!(formatter, "the file belongs to somebody else, who takes it away with chmod {:04o}", private(*mode))
        }
    }
}

impl DatabaseUrl {
    /// The files of a SQLite database that users may use for whom they are not meant.
    pub fn exposed_files(&self) -> Vec<ExposedFile> {
        match &self.location {
            Location::SqliteFile(path) => exposed_files(Path::new(path)),
            Location::SqliteMemory | Location::Postgres(_) => Vec::new(),
        }
    }
}

/// Makes a database file that is not there, and takes access away from others to one that is: it holds every password
/// hash. SQLite gives new files beside it the same mode, and explains by itself what keeps it from opening the file.
pub(crate) fn protect(path: &Path) {
    if !path.exists() {
        create(&follow_links(path));
    }
    for file in exposed_files(path).into_iter().filter(|file| file.is_own) {
        // A file system that refuses it: `exposed_files` goes on telling.
        let _ = fs::set_permissions(&file.path, Permissions::from_mode(private(file.mode)));
    }
}

/// The file gets its name only after it was closed. To close a file takes away every lock that the process has on it
/// (POSIX), also those that SQLite holds for another connection by then.
fn create(path: &Path) {
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(file) = NamedTempFile::new_in(directory) {
        let _ = file.into_temp_path().persist_noclobber(path);
    }
}

/// The file that SQLite would create: the end of the symbolic links, which may not exist yet.
fn follow_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().map_or_else(|| target.clone(), |directory| directory.join(&target));
    }
    path
}

fn exposed_files(path: &Path) -> Vec<ExposedFile> {
    // SQLite puts its files beside the one that a link points to.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let user = geteuid().as_raw();
    let exposed = |suffix: &str| {
        let path = with_suffix(&path, suffix);
        let metadata = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let mode = metadata.mode() & 0o7777;
        (private(mode) != mode).then(|| ExposedFile { path, mode, is_own: metadata.uid() == user })
    };
    SUFFIXES.into_iter().filter_map(exposed).collect()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Without what everybody may do, and without what the group may do unless that is more: an operator who lets a group in
/// gives it more than everybody, a umask that nobody thought of gives both the same.
fn private(mode: u32) -> u32 {
    let (group, others) = (mode >> 3 & 0o7, mode & 0o7);
    if group & !others == 0 { mode & !0o077 } else { mode & !0o007 }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use diesel::connection::SimpleConnection;
    use rstest::rstest;
    use tempfile::TempDir;

    use super::*;
    use crate::connect::open;
    use crate::options::Pooler;
    use crate::test_support::TIMEOUTS;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn location(path: &Path) -> Location {
        Location::SqliteFile(path.to_str().unwrap().to_owned())
    }

    fn modes(directory: &TempDir) -> Vec<u32> {
        let entries = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap());
        entries.filter(|entry| entry.file_type().unwrap().is_file()).map(|entry| mode(&entry.path())).collect()
    }

    #[rstest]
    #[case::usual_umask(0o644, 0o600)]
    #[case::no_umask(0o666, 0o600)]
    #[case::program(0o755, 0o700)]
    #[case::everybody_more_than_the_group(0o606, 0o600)]
    #[case::private(0o600, 0o600)]
    #[case::group_on_purpose(0o660, 0o660)]
    #[case::group_that_reads(0o640, 0o640)]
    #[case::group_that_writes(0o664, 0o660)]
    fn everybody_loses_access_and_a_group_keeps_what_it_alone_was_given(#[case] mode: u32, #[case] expected: u32) {
        assert_eq!(private(mode), expected, "{:o}", private(mode));
    }

    #[test]
    fn a_file_that_was_there_and_those_beside_it_are_taken_from_others_when_it_is_opened() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.db");
        let mut first = open(&location(&path), TIMEOUTS, Pooler::None).unwrap();
        first.batch_execute("CREATE TABLE a (b)").unwrap();
        for suffix in ["", "-wal", "-shm"] {
            set_mode(&with_suffix(&path, suffix), 0o644);
        }
        let exposed = exposed_files(&path);
        assert!(exposed.iter().all(|file| file.is_own && file.mode == 0o644), "{exposed:?}");
        assert_eq!(exposed.len(), 3);

        let _second = open(&location(&path), TIMEOUTS, Pooler::None).unwrap();
        assert_eq!(modes(&directory), [0o600; 3]);
        assert_eq!(exposed_files(&path), []);
        drop(first);
    }

    #[test]
    fn a_link_to_nothing_makes_a_private_file_where_it_points() {
        let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let target = elsewhere.path().join("real.db");
        symlink("second", directory.path().join("app.db")).unwrap();
        symlink(&target, directory.path().join("second")).unwrap();
        let _connection = open(&location(&directory.path().join("app.db")), TIMEOUTS, Pooler::None).unwrap();
        assert_eq!(mode(&target), 0o600);
        assert!(modes(&elsewhere).iter().all(|mode| *mode == 0o600));
        assert!(modes(&directory).is_empty());
    }

    #[test]
    fn a_link_to_a_file_is_followed() {
        let (directory, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (link, target) = (directory.path().join("app.db"), elsewhere.path().join("real.db"));
        fs::write(&target, "").unwrap();
        set_mode(&target, 0o644);
        symlink(&target, &link).unwrap();
        assert_eq!(exposed_files(&link)[0].path, fs::canonicalize(&target).unwrap());
        protect(&link);
        assert_eq!(mode(&target), 0o600);
    }

    #[test]
    fn links_that_go_in_circles_make_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("app.db");
        symlink("app.db", &link).unwrap();
        assert!(open(&location(&link), TIMEOUTS, Pooler::None).is_err());
        assert!(modes(&directory).is_empty());
    }

    #[test]
    fn a_file_of_somebody_else_is_told_with_what_its_owner_can_do() {
        let path = PathBuf::from("/srv/app.db");
        let file = ExposedFile { path, mode: 0o664, is_own: false };
        assert_eq!(
            file.to_string(),
            "other users of this machine have access to /srv/app.db (mode 0664); the file belongs to somebody else, \
             who takes it away with chmod 0660"
        );
    }
}
