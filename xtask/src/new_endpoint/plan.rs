//! All that an endpoint changes, worked out before anything is.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use fs_err as fs;

use super::endpoint::Endpoint;
use super::places::{FILES, LINES, STORED_UUID, STORED_UUID_LINE};
use super::templates::Templates;
use crate::{matching, process};

/// The texts of all files that are new or change, by their paths from the root of the workspace.
pub(super) fn make(root: &Path, endpoint: &Endpoint) -> Result<BTreeMap<String, String>> {
    // Migrations run in the order of their names; this is the form that Diesel's own command gives them.
    let now = process::captured(Command::new("date").args(["--utc", "+%F-%H%M%S"]))?;
    let migration = format!("{}_create_{}", now.trim_end(), endpoint.plural);
    let templates = Templates::new(endpoint, &migration)?;
    let is_first_uuid = endpoint.has("uuid") && !root.join(STORED_UUID.0).exists();
    let mut texts = BTreeMap::new();
    for (path, template) in FILES.iter().chain(is_first_uuid.then_some(&STORED_UUID)) {
        let path = templates.render(path)?;
        // A module has a file or a directory.
        let module = root.join(path.trim_end_matches(".rs"));
        ensure!(!root.join(&path).exists() && !module.exists(), "{path} exists: choose another name");
        texts.insert(path, templates.render(template)?);
    }
    for (path, place, template) in LINES.iter().chain(is_first_uuid.then_some(&STORED_UUID_LINE)) {
        let text = texts.remove(*path).map_or_else(|| fs::read_to_string(root.join(path)), Ok)?;
        let text = matching::insert(place, &text, &templates.render(template)?);
        texts.insert((*path).to_owned(), text.with_context(|| format!("{path} has no `{place}` for a line"))?);
    }
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn plan(name: &str) -> Result<BTreeMap<String, String>> {
        let fields = ["title:string", "batch:uuid"].map(str::to_owned);
        make(workspace::root(), &Endpoint::new(name, None, &fields)?)
    }

    #[test]
    fn every_file_of_this_workspace_has_a_place_for_what_is_new() {
        let plan = plan("specimen").unwrap();
        assert!(plan.contains_key("crates/domain/src/specimen.rs"));
        for (path, text) in &plan {
            let before = fs::read_to_string(workspace::root().join(path)).unwrap_or_default();
            let is_new = text.contains("pecimen") || text.contains("StoredUuid") || text.contains("mod stored_uuid;");
            assert!(text.len() > before.len() && is_new, "{path}");
        }
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let refusal = plan("operation").unwrap_err().to_string();
        assert_eq!(refusal, "crates/api/src/routes/operations.rs exists: choose another name");
    }
}
