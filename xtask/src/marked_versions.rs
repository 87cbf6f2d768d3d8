//! Versions of a copy of the checkout, by which cargo tells its packages from ours in one directory of built things. It knows
//! packages of a workspace by their place in it, and takes what the copy has built for ours otherwise.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Adds this to the version of every package of the copy, and to nothing that comes from elsewhere.
///
/// # Errors
/// When a file of the copy cannot be read or written, or has no version of ours.
pub(crate) fn mark_versions(copy: &Path, suffix: &str) -> Result<()> {
    for (file, mark) in [("Cargo.toml", mark_manifest as fn(&str, &str) -> String), ("Cargo.lock", mark_lock)] {
        let path = copy.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let marked = mark(&text, suffix);
        ensure!(marked != text, "{} has no version of ours", path.display());
        fs::write(&path, marked).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The version of the workspace stands on a line of its own; those of dependencies stand within braces.
fn mark_manifest(text: &str, suffix: &str) -> String {
    text.lines()
        .map(|line| if line.starts_with("version = ") { marked(line, suffix) } else { line.to_owned() + "\n" })
        .collect()
}

/// Packages of ours come from no registry.
fn mark_lock(text: &str, suffix: &str) -> String {
    let mark = |package: &str| {
        if package.contains("\nsource = ") {
            return package.to_owned();
        }
        let is_version = |line: &&str| line.starts_with("version = ") && *line != "version = 4";
        let version = package.lines().find(is_version).unwrap_or_default();
        if version.is_empty() {
            package.to_owned()
        } else {
            package.replacen(&format!("{version}\n"), &marked(version, suffix), 1)
        }
    };
    text.split("\n\n").map(mark).collect::<Vec<_>>().join("\n\n")
}

fn marked(version: &str, suffix: &str) -> String {
    format!("{}{suffix}\"\n", version.trim_end_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_the_workspace_is_marked_and_no_other() {
        let manifest =
            "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\nanyhow = { version = \"1\" }\n";
        assert_eq!(mark_manifest(manifest, "-copy"), manifest.replace("0.1.0", "0.1.0-copy"));
    }

    #[test]
    fn the_lock_names_our_packages_by_their_marked_versions() {
        let lock = "version = 4\n\n[[package]]\nname = \"anyhow\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"ore-api\"\nversion = \"0.1.0\"\ndependencies = [\n \"anyhow\",\n]\n";
        assert_eq!(
            mark_lock(lock, "-copy"),
            lock.replace("ore-api\"\nversion = \"0.1.0", "ore-api\"\nversion = \"0.1.0-copy")
        );
    }
}
