//! Versions of a copy of the checkout, by which cargo tells its packages from ours in one directory of built things. It knows
//! packages of a workspace by their place in it, and takes what the copy has built for ours otherwise.

use std::path::Path;

use anyhow::{Result, ensure};
use regex_lite::{Captures, Regex};

use crate::files;

/// The version of the workspace stands on a line of its own; those of dependencies stand within braces.
const IN_MANIFEST: &str = r#"(?m)^(version = "[^"]*)()"#;

/// Packages of ours come from no registry.
const IN_LOCK: &str = r#"(?m)^(name = .*\nversion = "[^"]*)"\n(source)?"#;

/// Adds this to the version of every package of the copy, and to nothing that comes from elsewhere.
///
/// # Errors
/// When a file of the copy cannot be read or written, or has no version of ours.
pub(crate) fn mark_versions(copy: &Path, suffix: &str) -> Result<()> {
    for (file, pattern) in [("Cargo.toml", IN_MANIFEST), ("Cargo.lock", IN_LOCK)] {
        let path = copy.join(file);
        let text = files::read(&path)?;
        let marked = mark(&text, pattern, suffix)?;
        ensure!(marked != text, "{} has no version of ours", path.display());
        files::write(&path, marked)?;
    }
    Ok(())
}

/// Where the pattern's second group finds something, the version is not ours.
fn mark(text: &str, pattern: &str, suffix: &str) -> Result<String> {
    let marked = |found: &Captures<'_>| {
        let is_foreign = found.get(2).is_some_and(|it| !it.as_str().is_empty());
        found[0].replacen(&found[1], &format!("{}{}", &found[1], if is_foreign { "" } else { suffix }), 1)
    };
    Ok(Regex::new(pattern)?.replace_all(text, marked).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_versions_are_marked_and_no_other() {
        let manifest =
            "[workspace.package]\nversion = \"0.1.0\"\n\n[workspace.dependencies]\nanyhow = { version = \"1\" }\n";
        assert_eq!(mark(manifest, IN_MANIFEST, "-copy").unwrap(), manifest.replace("0.1.0", "0.1.0-copy"));
        let lock = "version = 4\n\n[[package]]\nname = \"anyhow\"\nversion = \"0.1.0\"\nsource = \"registry\"\n\n\
                    [[package]]\nname = \"ore-api\"\nversion = \"0.1.0\"\ndependencies = [\n \"anyhow\",\n]\n";
        let marked = lock.replace("ore-api\"\nversion = \"0.1.0", "ore-api\"\nversion = \"0.1.0-copy");
        assert_eq!(mark(lock, IN_LOCK, "-copy").unwrap(), marked);
    }
}
