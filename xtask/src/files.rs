//! Files and directories, by absolute paths or by those from the root of the workspace on; every error names the path.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::workspace;

/// The text of a file.
pub(crate) fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    fs::read_to_string(workspace::root().join(path)).with_context(|| format!("cannot read {}", path.display()))
}

/// Writes a file, and makes its directory first where there is none.
pub(crate) fn write(path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> Result<()> {
    let path = workspace::root().join(path);
    make_directory(path.parent().unwrap_or(&path))?;
    fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a directory where there is none.
pub(crate) fn make_directory(path: impl AsRef<Path>) -> Result<()> {
    let path = workspace::root().join(path);
    fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))
}

/// Removes a directory with all that is in it, unless there is none.
pub(crate) fn remove(path: impl AsRef<Path>) -> Result<()> {
    let path = workspace::root().join(path);
    let removed = if path.exists() { fs::remove_dir_all(&path) } else { Ok(()) };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

/// What is in a directory, by name.
pub(crate) fn list(directory: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
    let path = workspace::root().join(directory);
    let list = || fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>();
    let mut entries = list().with_context(|| format!("cannot read {}", path.display()))?;
    entries.sort();
    Ok(entries)
}
