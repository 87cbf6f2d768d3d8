//! `cargo xtask setup` and `doctor`: a machine to develop on.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Result;
use fs_err as fs;
use ore_harness::{complain, say};

use crate::process;
use crate::setup::{TOOLS, install};

const HOOK: &str = "#!/bin/sh\n# Written by `cargo xtask setup`; `git commit --no-verify` does without.\nexec cargo xtask \
                    pre-commit\n";

/// Installs the hook, unless there is one, and the packages that other commands need.
pub(crate) fn run() -> Result<()> {
    // In a worktree and with `core.hooksPath`, it is not where one expects it.
    let hook = process::captured(&mut process::git("rev-parse --git-path hooks/pre-commit"))?;
    let hook = Path::new(hook.trim_end());
    if hook.exists() {
        say(&format!("{} stays as it is; let it run `cargo xtask pre-commit`", hook.display()));
    } else {
        fs::create_dir_all(hook.parent().unwrap_or(hook))?;
        fs::write(hook, HOOK)?;
        fs::set_permissions(hook, Permissions::from_mode(0o755))?;
    }
    let missing = TOOLS.iter().filter(|tool| (tool.find)().is_none() && !tool.packages.is_empty());
    let packages = missing.map(|tool| tool.packages).collect::<Vec<_>>().join(" ");
    if !packages.is_empty()
        && let Err(obstacle) = install("what the other commands run", &packages)
    {
        complain(&format!("{obstacle:#}"));
    }
    doctor();
    Ok(())
}

/// Shows which tools are here.
pub(crate) fn doctor() {
    for tool in TOOLS {
        let state = match ((tool.find)(), tool.packages) {
            (Some(_), _) => "here".to_owned(),
            (None, "") => "missing".to_owned(),
            (None, packages) => format!("missing: the package {packages}"),
        };
        say(&format!("{:<30} {state:<36} for {}", tool.name, tool.needed_by));
    }
    say("`cargo xtask setup` installs the packages that are missing");
}
