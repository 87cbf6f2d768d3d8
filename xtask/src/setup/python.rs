//! What the tests have in Python: libraries to compare with, and a tester of HTTP interfaces.

use std::path::PathBuf;

use anyhow::Result;

use super::virtual_environment::VirtualEnvironment;

/// The `python` that has the libraries which our tokens and password hashes are compared with.
///
/// # Errors
/// When it is missing and cannot be installed.
pub(super) fn prepare() -> Result<PathBuf> {
    let environment =
        VirtualEnvironment { name: "python", requirements: "xtask/python-requirements.txt", modules: "argon2, jose" };
    environment.prepare().map(|programs| programs.join("python"))
}

/// The program `schemathesis`, in an environment that the ordinary tests do not wait for.
///
/// # Errors
/// [`Unavailable`](super::Unavailable) when it is missing and cannot be had here; anything else when it cannot be
/// installed all the same.
pub(crate) fn prepare_schemathesis() -> Result<PathBuf> {
    let environment = VirtualEnvironment {
        name: "schemathesis",
        requirements: "xtask/contract/python-requirements.txt",
        modules: "schemathesis",
    };
    environment.prepare().map(|programs| programs.join("schemathesis"))
}
