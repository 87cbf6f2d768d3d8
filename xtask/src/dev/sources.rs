//! What the program is built from.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use notify_debouncer_mini::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};

use crate::workspace;

/// An editor that saves every file writes for about so long.
const COLLECTED_FOR: Duration = Duration::from_millis(100);

const DIRECTORIES: [&str; 2] = ["crates", "migrations"];
const FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml"];

/// Watches everything that the program is built from.
pub(super) struct Sources {
    events: Receiver<()>,
    /// What they were when they were last looked at.
    fingerprint: u64,
    /// Watches for as long as it is kept.
    _watcher: Debouncer<RecommendedWatcher>,
}

impl Sources {
    /// # Errors
    /// When the operating system does not watch.
    pub(super) fn watch() -> Result<Self> {
        let (sender, events) = channel();
        let tell = move |_: DebounceEventResult| {
            // Nobody listens any more when the process ends.
            let _ = sender.send(());
        };
        let mut watcher = new_debouncer(COLLECTED_FOR, tell).context("cannot watch files")?;
        let root = workspace::root();
        let places = DIRECTORIES.map(|name| (root.join(name), RecursiveMode::Recursive)).into_iter();
        for (place, mode) in places.chain([(root.to_owned(), RecursiveMode::NonRecursive)]) {
            watcher.watcher().watch(&place, mode).with_context(|| format!("cannot watch {}", place.display()))?;
        }
        Ok(Self { events, fingerprint: fingerprint(root), _watcher: watcher })
    }

    /// Returns when a source is not what it was when this was called last. Compilers, which read, make events, too.
    ///
    /// # Errors
    /// `Timeout` when there was no change within `limit`.
    pub(super) fn wait_for_change(&mut self, limit: Duration) -> Result<(), RecvTimeoutError> {
        let end = Instant::now() + limit;
        loop {
            let now = fingerprint(workspace::root());
            if now != self.fingerprint {
                self.fingerprint = now;
                return Ok(());
            }
            self.events.recv_timeout(end.saturating_duration_since(Instant::now()))?;
        }
    }
}

/// Of the paths, sizes and times of change of all sources.
fn fingerprint(root: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in FILES.iter().chain(&DIRECTORIES) {
        add(&root.join(name), &mut hasher);
    }
    hasher.finish()
}

/// What is gone while it is looked at has changed, and is simply not added.
fn add(path: &Path, hasher: &mut DefaultHasher) {
    let Ok(metadata) = fs::symlink_metadata(path) else { return };
    if !metadata.is_dir() {
        (path, metadata.len(), metadata.modified().ok()).hash(hasher);
        return;
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.filter(|it| !is_passing(&it.file_name().to_string_lossy())).collect();
    paths.sort_by_key(fs::DirEntry::file_name);
    for entry in paths {
        add(&entry.path(), hasher);
    }
}

/// Whether an editor keeps it while it edits another file.
fn is_passing(name: &str) -> bool {
    name.starts_with('.') || name.ends_with('~') || name == "4913"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::{Account, StopSignal, ThrowawayDirectory};

    fn changes(change: impl FnOnce(&Path)) -> bool {
        let directory =
            ThrowawayDirectory::create(Account::ourselves(), "ore-xtask-test", "none.pid", StopSignal::Quit).unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("crates/one/src")).unwrap();
        fs::write(root.join("crates/one/src/lib.rs"), "one").unwrap();
        let before = fingerprint(root);
        change(root);
        fingerprint(root) != before
    }

    #[test]
    fn sources_that_are_written_made_or_removed_are_changes() {
        assert!(changes(|root| fs::write(root.join("crates/one/src/lib.rs"), "other").unwrap()));
        assert!(changes(|root| fs::write(root.join("crates/one/src/new.rs"), "").unwrap()));
        assert!(changes(|root| fs::remove_file(root.join("crates/one/src/lib.rs")).unwrap()));
        assert!(changes(|root| fs::write(root.join("Cargo.lock"), "").unwrap()));
    }

    #[test]
    fn what_is_read_and_what_an_editor_keeps_beside_is_none() {
        assert!(!changes(|root| drop(fs::read(root.join("crates/one/src/lib.rs")).unwrap())));
        assert!(!changes(|root| fs::write(root.join("crates/one/src/.lib.rs.swp"), "").unwrap()));
        assert!(!changes(|root| fs::create_dir(root.join("target")).unwrap()));
    }
}
