//! All that an endpoint changes, worked out before anything is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::endpoint::Endpoint;
use super::places::{FILES, LINES, STORED_UUID, STORED_UUID_LINE};
use super::templates::Templates;
use crate::process::{self, command};
use crate::{files, matching};

/// The texts of all files that are new or change, by their paths from the root of the workspace.
pub(super) fn make(root: &Path, endpoint: &Endpoint) -> Result<BTreeMap<String, String>> {
    let migration = format!("{}_create_{}", next_migration(root)?, endpoint.plural);
    let templates = Templates::new(endpoint, &migration)?;
    let is_first_uuid = endpoint.has("uuid") && !root.join(STORED_UUID.0).exists();
    let mut texts = BTreeMap::new();
    for (path, template) in FILES.iter().chain(is_first_uuid.then_some(&STORED_UUID)) {
        let path = templates.render(path)?;
        refuse_taken_path(root, &path)?;
        texts.insert(path, templates.render(template)?);
    }
    for (path, place, template) in LINES.iter().chain(is_first_uuid.then_some(&STORED_UUID_LINE)) {
        let text = texts.remove(*path).map_or_else(|| files::read(root.join(path)), Ok)?;
        let text = matching::insert(place, &text, &templates.render(template)?);
        texts.insert((*path).to_owned(), text.with_context(|| format!("{path} has no `{place}` for a line"))?);
    }
    Ok(texts)
}

/// A module has a file or a directory.
fn refuse_taken_path(root: &Path, path: &str) -> Result<()> {
    let directory = path.strip_suffix(".rs").map(|module| format!("{module}/mod.rs"));
    for form in [Some(path), directory.as_deref()].into_iter().flatten() {
        ensure!(!root.join(form).exists(), "{form} exists: choose another name");
    }
    Ok(())
}

/// The number of a migration of today that comes after every other.
fn next_migration(root: &Path) -> Result<String> {
    let today = process::captured(command("date").args(["--utc", "+%F"]))?;
    let last = files::list(root.join("migrations/sqlite"))?.pop().context("there is no migration")?;
    number_after(&last.to_string_lossy(), today.trim()).context("the last migration has no number")
}

/// Migrations run in the order of their numbers, `2026-11-22-000001`: also one made where the clock is behind comes
/// last.
fn number_after(last: &str, today: &str) -> Option<String> {
    let date = matching::find(r"([\d-]{10})-\d+_\w+$", last)?;
    let number = matching::number(r"-(\d+)_\w+$", last)?;
    Some(if date < today { format!("{today}-000001") } else { format!("{date}-{:06}", number + 1) })
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
            let before = files::read(path).unwrap_or_default();
            let is_new = text.contains("pecimen") || text.contains("StoredUuid") || text.contains("mod stored_uuid;");
            assert!(text.len() > before.len() && is_new, "{path}");
        }
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let refusal = plan("operation").unwrap_err().to_string();
        assert_eq!(refusal, "crates/api/src/routes/operations.rs exists: choose another name");
    }

    #[test]
    fn a_migration_comes_after_every_other() {
        let after = |today| number_after("migrations/sqlite/2026-11-22-000002_create_rate_limits", today).unwrap();
        assert_eq!(after("2026-11-23"), "2026-11-23-000001");
        assert_eq!(after("2026-11-22"), "2026-11-22-000003");
        assert_eq!(after("2026-01-01"), "2026-11-22-000003");
    }
}
