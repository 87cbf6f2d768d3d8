//! `cargo xtask setup`: a machine to develop on.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::console::{complain, say};
use crate::{files, process, setup, workspace};

/// The hook that git runs before a commit. We recognise it by its text.
const HOOK: &str = "#!/bin/sh\n# Written by `cargo xtask setup`; `git commit --no-verify` does without.\nexec cargo xtask \
                    pre-commit\n";

/// Installs the hook and the packages that other commands need.
pub(crate) fn run() -> Result<()> {
    let hook = hook_path()?;
    if install_hook(&hook)? {
        say(&format!("before each commit, {} checks what is committed", hook.display()));
    } else {
        complain(&format!("{} is not ours and stays; let it run `cargo xtask pre-commit`", hook.display()));
    }
    if let Err(obstacle) = setup::install_missing() {
        complain(&format!("{obstacle:#}"));
    }
    let missing: Vec<&str> = setup::TOOLS.iter().filter(|tool| (tool.find)().is_none()).map(|tool| tool.name).collect();
    if !missing.is_empty() {
        say(&format!("missing still: {}; `cargo xtask doctor` says for what", missing.join("; ")));
    }
    Ok(())
}

/// In a worktree and with `core.hooksPath`, it is not where one expects it.
fn hook_path() -> Result<PathBuf> {
    let path = process::captured(&mut process::git("rev-parse --git-path hooks/pre-commit"))?;
    Ok(workspace::root().join(path.trim_end()))
}

/// Whether the hook is ours now.
fn install_hook(path: &Path) -> Result<bool> {
    match fs::read(path) {
        Ok(text) if text != HOOK.as_bytes() => return Ok(false),
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
        _ => {}
    }
    files::write(path, HOOK)?;
    fs::set_permissions(path, Permissions::from_mode(0o755))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::ThrowawayDirectory;

    #[test]
    fn the_hook_is_written_once_and_again_and_never_over_another_s() {
        let directory = ThrowawayDirectory::for_test();
        let path = directory.path().join("hooks/pre-commit");
        assert!(install_hook(&path).unwrap());
        assert!(install_hook(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o755);
        for other in [&b"#!/bin/sh\n"[..], b"\x7fELF\xff"] {
            fs::write(&path, other).unwrap();
            assert!(!install_hook(&path).unwrap());
            assert_eq!(fs::read(&path).unwrap(), other);
        }
    }
}
