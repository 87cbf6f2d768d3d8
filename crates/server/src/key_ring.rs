//! The key encryption keys, according to the settings.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ore_security::key_ring::KeyRing;
use ore_security::random::random_bytes;
use ore_security::sealing_secret::{InvalidSealingSecret, SealingSecret};
use ore_settings::KeySource;

/// The key is not available.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or created.
    #[error("{path}: {cause}; set BACKEND_KEY_ENCRYPTION_KEY to do without the file")]
    File {
        /// The file.
        path: String,
        /// The error of the operating system.
        cause: io::Error,
    },
    /// The file contains no key.
    #[error("{path}: the content {fault}")]
    NotAKey {
        /// The file.
        path: String,
        /// The fault.
        fault: InvalidSealingSecret,
    },
}

/// The current key and the previous ones; `None` if none is configured. A missing file is created.
///
/// # Errors
/// As [`KeyError`] says.
pub fn key_ring(source: &KeySource) -> Result<Option<KeyRing>, KeyError> {
    match source {
        KeySource::Settings { current, previous } => {
            Ok(Some(KeyRing::new(current.expose(), previous.iter().map(SealingSecret::expose))))
        }
        KeySource::File(path) => of_file(path).map(Some),
        KeySource::None => Ok(None),
    }
}

/// As [`key_ring`], for a run that creates nothing: instead of a missing file, it uses a random key that is not stored.
///
/// # Errors
/// As [`KeyError`] says.
pub fn key_ring_of_dry_run(source: &KeySource) -> Result<Option<KeyRing>, KeyError> {
    match source {
        KeySource::File(path) if !path.exists() => {
            let secret: Result<[u8; 32], _> = random_bytes();
            let failed = |cause| KeyError::File { path: path.display().to_string(), cause: io::Error::other(cause) };
            Ok(Some(KeyRing::new(secret.map_err(failed)?, [])))
        }
        other => key_ring(other),
    }
}

fn of_file(path: &Path) -> Result<KeyRing, KeyError> {
    let shown = || path.display().to_string();
    make(path).map_err(|cause| KeyError::File { path: shown(), cause })?;
    let text = fs::read_to_string(path).map_err(|cause| KeyError::File { path: shown(), cause })?;
    let secret: SealingSecret = text.trim().parse().map_err(|fault| KeyError::NotAKey { path: shown(), fault })?;
    Ok(KeyRing::new(secret.expose(), []))
}

/// Creates the file unless it exists. It appears complete or not at all, because other processes may start at the same
/// time.
fn make(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let key: [u8; 32] = random_bytes().map_err(io::Error::other)?;
    let unfinished = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    writeln!(file, "{}", STANDARD.encode(key))?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}
