//! The units of `deploy/systemd`: that systemd understands them, and how much they lock away.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::setup::prepare_systemd_analyze;
use crate::{process, workspace};

const SERVICE: &str = "ore-backend.service";
const SOCKET: &str = "ore-backend.socket";
/// Where the unit expects the program, and one that every machine has in its place.
const PROGRAM: (&str, &str) = ("/usr/local/bin/workflow-server", "/bin/true");
/// The greatest exposure, times ten. docs/deployment.md tells 1.2; other versions of systemd weigh differently.
const THRESHOLD: &str = "--threshold=20";

pub(super) fn check() -> Result<String> {
    let copies = [copy(SERVICE)?, copy(SOCKET)?];
    process::run(prepare_systemd_analyze()?.args(["verify", "--man=no"]).args(&copies))?;
    let security = ["security", "--offline=true", "--no-pager", THRESHOLD];
    process::captured(prepare_systemd_analyze()?.args(security).arg(&copies[0]))?;
    Ok("two units".to_owned())
}

/// A copy whose program exists, since systemd looks.
fn copy(unit: &str) -> Result<PathBuf> {
    let directory = workspace::test_tools().join("systemd");
    let copy = directory.join(unit);
    let describe = || format!("cannot copy {unit} to {}", directory.display());
    fs::create_dir_all(&directory).with_context(describe)?;
    let source = workspace::root().join("deploy/systemd").join(unit);
    let text = fs::read_to_string(source).with_context(describe)?.replace(PROGRAM.0, PROGRAM.1);
    fs::write(&copy, text).with_context(describe)?;
    Ok(copy)
}
