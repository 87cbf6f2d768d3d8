use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use tokio::task::spawn_blocking;

use super::error::DirectoryError;
use crate::clock::unix_seconds;
use crate::feed::Feed;
use crate::{MAXIMUM_FEED_BYTES, Source, Verifier};

const KEYS: &str = "ore-verifier-keys.json";
const REVOCATIONS: &str = "ore-verifier-revocations.json";
/// Twice as long as what it holds may be, for what JSON escapes.
const MAXIMUM_FILE_BYTES: u64 = 2 * MAXIMUM_FEED_BYTES as u64;

/// The key set that was read last, which the issuer need not send again.
#[derive(Debug, Clone, Default)]
pub(super) struct CachedKeySet {
    pub(super) etag: Option<String>,
    pub(super) set: Vec<u8>,
}

/// Files that keep the key set and the revocations across restarts; without a directory nothing is kept.
#[derive(Clone)]
pub(super) struct Directory {
    path: Option<PathBuf>,
    verifier: Verifier,
}

/// The content of a file.
#[derive(Serialize, Deserialize)]
struct StoredFile<T> {
    issuer: String,
    /// In seconds since 1970.
    read_at: u64,
    content: T,
}

#[derive(Serialize, Deserialize)]
struct StoredKeys {
    set: String,
    etag: Option<String>,
}

impl Directory {
    pub(super) const fn new(path: Option<PathBuf>, verifier: Verifier) -> Self {
        Self { path, verifier }
    }

    /// Takes over the key set, if there is one, and returns it.
    pub(super) fn load_keys(&self) -> Option<CachedKeySet> {
        let loaded = self.load(KEYS, |verifier, stored: StoredFile<StoredKeys>| {
            let read_at = UNIX_EPOCH + Duration::from_secs(stored.read_at);
            verifier.replace_keys(stored.content.set.as_bytes(), read_at)?;
            Ok(CachedKeySet { etag: stored.content.etag, set: stored.content.set.into_bytes() })
        });
        self.report(loaded).flatten()
    }

    /// Takes over the revocations; returns whether there are any.
    pub(super) fn load_revocations(&self) -> bool {
        let loaded = self.load(REVOCATIONS, |verifier, stored: StoredFile<Feed>| {
            let read_at = UNIX_EPOCH + Duration::from_secs(stored.read_at);
            verifier.apply_feed(stored.content, read_at)?;
            Ok(())
        });
        self.report(loaded).flatten().is_some()
    }

    pub(super) async fn save_keys(&self, cached: CachedKeySet) {
        self.save(KEYS, move |verifier| {
            let content = StoredKeys { set: String::from_utf8_lossy(&cached.set).into_owned(), etag: cached.etag };
            Some((unix_seconds(verifier.now()), content))
        })
        .await;
    }

    pub(super) async fn save_revocations(&self) {
        self.save(REVOCATIONS, Verifier::revocations_to_save).await;
    }

    fn load<T: DeserializeOwned, R>(
        &self,
        name: &str,
        take: impl FnOnce(&Verifier, StoredFile<T>) -> Result<R, DirectoryError>,
    ) -> Result<Option<R>, DirectoryError> {
        let Some(path) = &self.path else { return Ok(None) };
        let file = match File::open(path.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            file => file?,
        };
        let mut json = Vec::new();
        file.take(MAXIMUM_FILE_BYTES + 1).read_to_end(&mut json)?;
        if json.len() as u64 > MAXIMUM_FILE_BYTES {
            return Err(DirectoryError::TooLong(MAXIMUM_FILE_BYTES));
        }
        let stored: StoredFile<T> = serde_json::from_slice(&json)?;
        if stored.issuer != self.verifier.issuer() {
            return Err(DirectoryError::OtherIssuer);
        }
        // Such keys would never become too old.
        if stored.read_at > unix_seconds(self.verifier.now()) {
            return Err(DirectoryError::FromTheFuture);
        }
        take(&self.verifier, stored).map(Some)
    }

    async fn save<T: Serialize + Send + 'static>(
        &self,
        name: &'static str,
        content: impl FnOnce(&Verifier) -> Option<(u64, T)> + Send + 'static,
    ) {
        let Some(path) = self.path.clone() else { return };
        let verifier = self.verifier.clone();
        let writing = spawn_blocking(move || {
            let Some((read_at, content)) = content(&verifier) else { return Ok(()) };
            let stored = StoredFile { issuer: verifier.issuer().to_owned(), read_at, content };
            write(&path, name, &serde_json::to_vec(&stored)?)
        });
        // The thread ends without an outcome only where the runtime does.
        if let Ok(written) = writing.await {
            self.report(written);
        }
    }

    fn report<T>(&self, outcome: Result<T, DirectoryError>) -> Option<T> {
        outcome.inspect_err(|error| self.verifier.observer().refresh_failed(Source::Directory, error)).ok()
    }
}

/// Writes a file whole: whoever reads it finds the one before or this one. Only its owner can read it.
fn write(directory: &Path, name: &str, content: &[u8]) -> Result<(), DirectoryError> {
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(directory.join(name)).map_err(|error| error.error)?;
    Ok(())
}
