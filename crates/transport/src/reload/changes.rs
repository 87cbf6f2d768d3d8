use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify_debouncer_mini::notify::{self, RecommendedWatcher, RecursiveMode};
use notify_debouncer_mini::{DebounceEventResult, Debouncer, new_debouncer};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// How long events are collected: a linker or a copy writes a file in many steps.
const COLLECTED_FOR: Duration = Duration::from_millis(200);

/// The file with settings in the working directory.
const SETTINGS: &str = ".env";

/// Waits for changes of the program and its settings.
pub(super) struct Changes {
    program: PathBuf,
    settings: PathBuf,
    events: UnboundedReceiver<()>,
    /// Watches for as long as it is kept.
    _watcher: Debouncer<RecommendedWatcher>,
}

/// The identity of a file at one instant: its time of change, its size, and its inode.
type Stamp = Option<(i64, i64, u64, u64)>;

/// The program and the settings that the service was started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    program: Stamp,
    settings: Stamp,
}

impl Changes {
    /// Watches the directories and not the files, which are often replaced and not written.
    pub(super) fn watch(program: &Path) -> Result<Self, notify::Error> {
        let settings = std::path::absolute(SETTINGS).map_err(notify::Error::io)?;
        let (sender, events) = unbounded_channel();
        let tell = move |_: DebounceEventResult| {
            // Nobody listens any more when the process ends.
            let _ = sender.send(());
        };
        let mut watcher = new_debouncer(COLLECTED_FOR, tell)?;
        for file in [program, &settings] {
            let directory = file.parent().ok_or_else(|| notify::Error::io(io::ErrorKind::NotADirectory.into()))?;
            watcher.watcher().watch(directory, RecursiveMode::NonRecursive)?;
        }
        Ok(Self { program: program.to_owned(), settings, events, _watcher: watcher })
    }

    /// The present program and settings.
    pub(super) fn state(&self) -> State {
        State { program: stamp(&self.program), settings: stamp(&self.settings) }
    }

    /// Waits until there is a program, and it or the settings are not what they were.
    pub(super) async fn since(&mut self, state: State) {
        loop {
            // Those that came while the state was taken are seen by comparing.
            let now = self.state();
            if now != state && now.program.is_some() {
                return;
            }
            if self.events.recv().await.is_none() {
                return std::future::pending().await;
            }
        }
    }
}

fn stamp(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.mtime(), metadata.mtime_nsec(), metadata.size(), metadata.ino()))
}
