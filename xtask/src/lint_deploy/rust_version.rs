//! The image and the releases are built with the Rust of `rust-toolchain.toml`.

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::workspace;

/// Files that name the version, each with what stands before it and, in one of them, behind it.
const PLACES: [(&str, &str); 3] = [
    ("deploy/docker/Dockerfile", "ARG RUST_VERSION="),
    (".github/workflows/release.yml", "container: rust:"),
    (".github/workflows/release.yml", "RUSTUP_TOOLCHAIN: "),
];

pub(super) fn check() -> Result<String> {
    let read =
        |file: &str| fs::read_to_string(workspace::root().join(file)).with_context(|| format!("cannot read {file}"));
    let toolchain = read("rust-toolchain.toml")?;
    let wanted = versions(&toolchain, "channel = \"").next().context("rust-toolchain.toml names no channel")?;
    for (file, before) in PLACES {
        let content = read(file)?;
        let named: Vec<&str> = versions(&content, before).collect();
        ensure!(!named.is_empty(), "{file} has no `{before}`");
        for version in named {
            ensure!(version == wanted, "{file}: `{before}{version}`, and rust-toolchain.toml has {wanted}");
        }
    }
    Ok(format!("{wanted} everywhere"))
}

/// The versions that follow `before` on lines that begin with it.
fn versions<'a>(content: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    let is_other = |character: char| character != '.' && !character.is_ascii_digit();
    let rests = content.lines().filter_map(move |line| line.trim_start().strip_prefix(before));
    rests.map(move |rest| rest.split(is_other).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_ends_where_digits_and_dots_do() {
        let content = "a:\n    container: rust:1.95.0-bookworm\nb:\n    container: rust:1.94.1\n";
        assert_eq!(versions(content, "container: rust:").collect::<Vec<_>>(), ["1.95.0", "1.94.1"]);
        assert_eq!(versions("channel = \"1.95.0\"\n", "channel = \"").collect::<Vec<_>>(), ["1.95.0"]);
    }

    #[test]
    fn what_a_comment_mentions_is_no_version() {
        assert_eq!(versions("# container: rust:1.0.0\n", "container: rust:").count(), 0);
    }

    #[test]
    fn the_files_agree() {
        check().unwrap();
    }
}
