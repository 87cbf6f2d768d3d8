//! Actions and images are named by digest, since anyone who can move a tag could otherwise run code where we build.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, ensure};

use super::{COMPOSE, DOCKERFILE, WORKFLOWS};
use crate::{files, matching};

/// What is still named by tag. `deploy/pin-digests` takes lines away; nobody adds one.
const UNPINNED: &str = "deploy/unpinned.txt";
/// A name, whatever the kind of file.
const NAME: &str = r"(?m)^\s*(?:- )?(?:uses: |container: |image: |FROM |ARG RUNTIME_IMAGE=)[ \t]*(\S+)";
/// `OWNER/ACTION@COMMIT`, `IMAGE:TAG@sha256:DIGEST`.
const PINNED: &str = r"@((?:sha256:[[:xdigit:]]{64}|[[:xdigit:]]{40}))$";

pub(super) fn check() -> Result<()> {
    let mut tagged = BTreeSet::new();
    for file in files::list(WORKFLOWS)?.into_iter().chain([COMPOSE, DOCKERFILE].map(PathBuf::from)) {
        tagged.extend(tagged_names(&files::read(&file)?).map(str::to_owned));
    }
    let listed = files::read(UNPINNED)?;
    let listed: BTreeSet<String> = listed.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    let surplus: Vec<_> = tagged.difference(&listed).collect();
    ensure!(surplus.is_empty(), "named by tag, and not by digest as `deploy/pin-digests` has it: {surplus:?}");
    let gone: Vec<_> = listed.difference(&tagged).collect();
    ensure!(gone.is_empty(), "{UNPINNED} lists what nothing names any more: {gone:?}");
    Ok(())
}

/// Actions and images by tag that come from elsewhere: no workflow beside it, no stage of the same file, and no image that
/// is built here.
fn tagged_names(content: &str) -> impl Iterator<Item = &str> {
    let is_ours = |name: &str| !name.contains([':', '@']) || name.starts_with("${ORE_IMAGE:") || name.starts_with("./");
    let is_tagged = move |name: &&str| !is_ours(name) && matching::find(PINNED, name).is_none();
    matching::find_all(NAME, content).into_iter().filter(is_tagged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_every_kind_of_file() {
        let content = "      - uses: actions/checkout@v7\n    uses: ./.github/workflows/ci.yml\n    container: rust:1-bookworm\n\
                       \x20   image: redis:7.2\n  image: ${ORE_IMAGE:-ore-backend}\nFROM rust:1 AS chef\nFROM chef AS build\n\
                       ARG RUNTIME_IMAGE=gcr.io/x:nonroot\nFROM scratch AS binary\nFROM ${RUNTIME_IMAGE}\n  image:\n";
        let found: Vec<_> = tagged_names(content).collect();
        assert_eq!(found, ["actions/checkout@v7", "rust:1-bookworm", "redis:7.2", "rust:1", "gcr.io/x:nonroot"]);
    }

    #[test]
    fn nothing_but_a_whole_digest_is_a_pin() {
        let is_tagged = |name: &str| tagged_names(&format!("uses: {name}\n")).count() == 1;
        let (commit, sha256) = ("0123456789abcdef0123456789abcdef01234567", "0".repeat(64));
        assert!(!is_tagged(&format!("actions/checkout@{commit}")));
        assert!(!is_tagged(&format!("redis:7.2@sha256:{sha256}")));
        for name in ["actions/checkout@v7", "redis:7.2", "actions/checkout@0123456", "redis@sha256:0123"] {
            assert!(is_tagged(name), "{name}");
        }
    }
}
