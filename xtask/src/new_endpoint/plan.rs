//! All that an endpoint changes, worked out before anything is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::endpoint::{Endpoint, Kind};
use super::migrations;
use super::places::{FILES, LINES, Line, STORED_UUID, STORED_UUID_LINE};
use super::templates::Templates;
use crate::files;

/// The new files and the new texts of files that exist, by their paths from the root of the workspace.
#[derive(Debug)]
pub(super) struct Plan {
    new: BTreeMap<String, String>,
    changed: BTreeMap<String, String>,
}

impl Plan {
    /// Works it out, and changes nothing.
    ///
    /// # Errors
    /// When a file of that name is there, or one that exists has no place for what is new.
    pub(super) fn make(root: &Path, endpoint: &Endpoint, today: &str) -> Result<Self> {
        let migration = migrations::next(root, today, &endpoint.names.plural)?;
        let templates = Templates::new(endpoint, &migration)?;
        let (mut files, mut lines) = (FILES.to_vec(), LINES.to_vec());
        if endpoint.has(Kind::Uuid) && !root.join(STORED_UUID.0).exists() {
            files.push(STORED_UUID);
            lines.push(STORED_UUID_LINE);
        }
        let mut new = BTreeMap::new();
        for (path, template) in files {
            let path = templates.render(path)?;
            refuse_taken_path(root, &path)?;
            new.insert(path, templates.render(template)?);
        }
        Ok(Self { new, changed: changed(root, &templates, &lines)? })
    }

    /// Writes every file.
    ///
    /// # Errors
    /// When a file cannot be written; `git status` then shows which were.
    pub(super) fn write(&self, root: &Path) -> Result<()> {
        for (path, text) in self.new.iter().chain(&self.changed) {
            files::write(root.join(path), text)?;
        }
        Ok(())
    }
}

/// A module has a file or a directory.
fn refuse_taken_path(root: &Path, path: &str) -> Result<()> {
    let module = path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs"));
    let forms = module.map(|module| [format!("{module}.rs"), format!("{module}/mod.rs")]);
    let taken = forms.iter().flatten().map(String::as_str).chain([path]).find(|form| root.join(form).exists());
    match taken {
        Some(taken) => bail!("{taken} exists: choose another name"),
        None => Ok(()),
    }
}

/// The new texts of files that exist.
fn changed(root: &Path, templates: &Templates, lines: &[Line]) -> Result<BTreeMap<String, String>> {
    let mut changed = BTreeMap::new();
    for (path, anchor, template) in lines {
        let text = match changed.remove(*path) {
            Some(text) => text,
            None => files::read(root.join(path))?,
        };
        let text = anchor.insert(&text, &templates.render(template)?);
        let text = text.with_context(|| format!("{path} has no place {anchor:?} for a line"))?;
        changed.insert((*path).to_owned(), text);
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn plan(name: &str) -> Result<Plan> {
        let fields = ["title:string", "batch:uuid"].map(str::to_owned);
        Plan::make(workspace::root(), &Endpoint::new(name, None, &fields)?, "2026-11-23")
    }

    #[test]
    fn every_file_of_this_workspace_has_a_place_for_what_is_new() {
        let plan = plan("specimen").unwrap();
        for (path, text) in &plan.changed {
            let before = files::read(path).unwrap();
            let is_new = text.contains("pecimen") || text.contains("mod stored_uuid;");
            assert!(text.len() > before.len() && is_new, "{path}");
        }
        assert!(plan.new.contains_key("crates/domain/src/specimen.rs"));
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let refusal = plan("operation").unwrap_err().to_string();
        assert_eq!(refusal, "crates/api/src/routes/operations.rs exists: choose another name");
    }
}
