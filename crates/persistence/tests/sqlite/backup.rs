use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use diesel::prelude::*;
use diesel::sql_types::Text;
use ore_domain::{StoreExt, User};
use ore_persistence::{BackupError, Database, DatabaseOptions};
use ore_testkit::{InlineStore, block_on, new_user};

use crate::support::{Directory, FileStore, memory_store, with_long_timeouts};

const BACKUPS: usize = 5;

fn insert(store: &InlineStore<Database>, email: &str) -> User {
    let user = new_user(email).build();
    block_on(store.write(move |repositories| repositories.users().insert(user.clone()))).unwrap()
}

fn users(store: &InlineStore<Database>) -> Vec<User> {
    let listed = block_on(store.read(|repositories| repositories.users().list(None, u32::MAX))).unwrap();
    listed.into_iter().collect::<Result<_, _>>().unwrap()
}

/// The store that is in a backup, and what SQLite thinks of the file.
fn restored(path: &Path) -> (InlineStore<Database>, String) {
    let query = diesel::dsl::sql::<Text>("SELECT integrity_check FROM pragma_integrity_check");
    let verdict = query.get_result(&mut SqliteConnection::establish(path.to_str().unwrap()).unwrap()).unwrap();
    let url = format!("sqlite:///{}", path.display()).parse().unwrap();
    (InlineStore::new(Database::new(with_long_timeouts(DatabaseOptions::new(url, 1.try_into().unwrap())))), verdict)
}

#[test]
fn a_backup_under_writes_is_whole_and_holds_all_that_was_committed_before_it_began() {
    let store = FileStore::new();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        for writer in 0..2 {
            let (store, is_over) = (&store, &is_over);
            scope.spawn(move || {
                for count in 0.. {
                    insert(store, &format!("user{count}@{writer}.example.org"));
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                }
            });
        }
        for backup in 0..BACKUPS {
            let path = store.directory.file().with_file_name(format!("backup-{backup}.db"));
            let before = users(&store);
            let outcome = store.backup(&path);
            let after = users(&store);
            // The writers end also when an assertion fails.
            is_over.store(backup + 1 == BACKUPS || outcome.is_err(), Ordering::Relaxed);
            outcome.unwrap();
            let (copy, verdict) = restored(&path);
            let copied = users(&copy);
            is_over.fetch_or(
                verdict != "ok" || !copied.starts_with(&before) || !after.starts_with(&copied),
                Ordering::Relaxed,
            );
            assert_eq!(verdict, "ok");
            assert!(copied.starts_with(&before), "{} of {} users", copied.len(), before.len());
            assert!(after.starts_with(&copied), "{} users were copied, and there were {}", copied.len(), after.len());
        }
    });
}

#[test]
fn a_backup_is_its_owner_s_and_never_overwrites_a_file() {
    let store = FileStore::new();
    let path = store.directory.file().with_file_name("backup.db");
    store.backup(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&path).unwrap();

    insert(&store, "ada@example.org");
    let refused = store.backup(&path).unwrap_err();
    assert!(refused.to_string().starts_with(&format!("cannot write the backup {}: ", path.display())), "{refused}");
    assert!(matches!(refused, BackupError::File { .. }), "{refused:?}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_backup_that_fails_leaves_no_file() {
    let directory = Directory::new();
    fs::write(directory.file(), "this is no database, and longer than the head of one would be. ".repeat(20)).unwrap();
    let path = directory.file().with_file_name("backup.db");
    let refused = directory.database().backup(&path);
    assert!(matches!(refused, Err(BackupError::Store(_))), "{refused:?}");
    assert!(!path.exists());
}

#[test]
fn a_database_in_memory_can_be_backed_up_too() {
    let directory = tempfile::tempdir().unwrap();
    let store = memory_store();
    let ada = insert(&store, "ada@example.org");
    let path = directory.path().join("file:backup.db");
    store.backup(&path).unwrap();
    let (copy, verdict) = restored(&path);
    assert_eq!((users(&copy), verdict.as_str()), (vec![ada], "ok"));
}

#[test]
fn a_postgresql_database_is_left_to_its_own_tool() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("backup.db");
    let url = "postgresql://127.0.0.1:1/ore".parse().unwrap();
    let refused = Database::new(DatabaseOptions::new(url, 1.try_into().unwrap())).backup(&path).unwrap_err();
    assert_eq!(refused.to_string(), "a PostgreSQL database is backed up with pg_dump");
    assert!(!path.exists());
}
