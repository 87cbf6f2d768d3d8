//! Places in the workspace.

use std::path::{Path, PathBuf};

/// The directory of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The directory of everything that the tests need beside Rust, kept between runs.
pub(crate) fn test_tools() -> PathBuf {
    root().join("target/test-tools")
}

/// Programs installed for this workspace alone, laid out as `cargo install --root` does.
pub(crate) fn tools() -> PathBuf {
    root().join("target/tools")
}
