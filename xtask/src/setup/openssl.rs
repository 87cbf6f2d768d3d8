//! What OpenSSL is built with, for the cargo feature `pg-tls`.

use anyhow::Result;

use super::system_packages;
use crate::process;

/// Modules that OpenSSL's configuration loads and that a minimal perl does not have.
const PERL_MODULES: [&str; 3] = ["-MFindBin", "-MIPC::Cmd", "-MFile::Compare"];

/// Makes perl and make available.
pub(crate) fn prepare() -> Result<()> {
    let has_perl = process::succeeds(process::command("perl").args(PERL_MODULES).args(["-e", "1"]));
    let has_make = process::succeeds(process::command("make").arg("--version"));
    if has_perl && has_make {
        return Ok(());
    }
    system_packages::install("perl and make, with which OpenSSL is built", &["perl", "make"])
}
