//! Actions and images are named by digest, since anyone who can move a tag could otherwise run code where we build.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::{DOCKERFILE, WORKFLOWS};
use crate::workspace;

const COMPOSE: &str = "deploy/compose.yml";
/// The names that are still not pinned. `deploy/pin-digests` removes lines; nobody adds one.
const UNPINNED: &str = "deploy/unpinned.txt";
/// The text before a name, by the kind of file.
const MARKS: [&str; 5] = ["uses: ", "container: ", "image: ", "FROM ", "ARG RUNTIME_IMAGE="];

pub(super) fn check() -> Result<String> {
    let read =
        |file: &str| fs::read_to_string(workspace::root().join(file)).with_context(|| format!("cannot read {file}"));
    let mut tagged = BTreeSet::new();
    for file in WORKFLOWS.into_iter().chain([COMPOSE, DOCKERFILE]) {
        tagged.extend(names(&read(file)?).filter(|name| !is_pinned(name)).map(str::to_owned));
    }
    let listed = read(UNPINNED)?;
    let listed: BTreeSet<String> = listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let surplus: Vec<_> = tagged.difference(&listed).collect();
    ensure!(surplus.is_empty(), "named by tag, and not by digest as `deploy/pin-digests` has it: {surplus:?}");
    let gone: Vec<_> = listed.difference(&tagged).collect();
    ensure!(gone.is_empty(), "{UNPINNED} lists what nothing names any more: {gone:?}");
    Ok(format!("{} names wait for `deploy/pin-digests`", listed.len()))
}

/// Actions and images that come from elsewhere.
fn names(content: &str) -> impl Iterator<Item = &str> {
    content.lines().filter_map(name).filter(|name| !is_ours(name))
}

fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("- ").unwrap_or(line);
    MARKS.iter().find_map(|mark| line.strip_prefix(mark))?.split_whitespace().next()
}

/// A workflow beside it, a stage of the same file, or an image that is built here.
fn is_ours(name: &str) -> bool {
    !name.contains([':', '@']) || name.starts_with("${ORE_IMAGE:") || name.starts_with("./")
}

/// `OWNER/ACTION@COMMIT`, `IMAGE:TAG@sha256:DIGEST`.
fn is_pinned(name: &str) -> bool {
    let Some((_, digest)) = name.rsplit_once('@') else { return false };
    let (digits, length) = digest.strip_prefix("sha256:").map_or((digest, 40), |digits| (digits, 64));
    digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_kind_of_file() {
        let content = "      - uses: actions/checkout@v7\n    uses: ./.github/workflows/ci.yml\n    container: rust:1-bookworm\n\
                       \x20   image: redis:7.2\n  image: ${ORE_IMAGE:-ore-backend}\nFROM rust:1 AS chef\nFROM chef AS build\n\
                       ARG RUNTIME_IMAGE=gcr.io/x:nonroot\nFROM scratch AS binary\nFROM ${RUNTIME_IMAGE}\n  image:\n";
        let found: Vec<_> = names(content).collect();
        assert_eq!(found, ["actions/checkout@v7", "rust:1-bookworm", "redis:7.2", "rust:1", "gcr.io/x:nonroot"]);
    }

    #[test]
    fn nothing_but_a_whole_digest_is_a_pin() {
        let (commit, sha256) = ("0123456789abcdef0123456789abcdef01234567", "0".repeat(64));
        assert!(is_pinned(&format!("actions/checkout@{commit}")));
        assert!(is_pinned(&format!("redis:7.2@sha256:{sha256}")));
        for name in ["actions/checkout@v7", "redis:7.2", "actions/checkout@0123456", "redis@sha256:0123"] {
            assert!(!is_pinned(name), "{name}");
        }
    }

    #[test]
    fn the_list_is_what_the_files_name() {
        check().unwrap();
    }
}
