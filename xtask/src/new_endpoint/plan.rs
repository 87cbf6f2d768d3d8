//! All that an endpoint changes, worked out before anything is.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::endpoint::{Endpoint, Kind};
use super::migrations;
use super::names::Names;
use super::places::{FILES, LINES, Line, STORED_UUID, STORED_UUID_LINE};
use super::templates::Templates;
use crate::{files, matching, tidy};

/// The new files and the new texts of files that exist, by their paths from the root of the workspace.
#[derive(Debug)]
pub(super) struct Plan {
    migration: String,
    new: BTreeMap<String, String>,
    changed: BTreeMap<String, String>,
}

impl Plan {
    /// Works it out, and changes nothing.
    ///
    /// # Errors
    /// When a name is taken, or a file that exists has no place for what is new.
    pub(super) fn make(root: &Path, endpoint: &Endpoint, today: &str) -> Result<Self> {
        refuse_taken_types(root, &endpoint.names)?;
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
        Ok(Self { migration, new, changed: changed(root, &templates, &lines)? })
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

    /// Every file, and what was done to it.
    pub(super) fn paths(&self) -> impl Iterator<Item = (&str, &'static str)> {
        let new = self.new.keys().map(|path| (path.as_str(), "wrote"));
        new.chain(self.changed.keys().map(|path| (path.as_str(), "changed")))
    }

    /// The name of the migration on both databases.
    pub(super) fn migration(&self) -> &str {
        &self.migration
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

/// Every crate hands its types to the others, so a name is taken wherever it stands.
fn refuse_taken_types(root: &Path, names: &Names) -> Result<()> {
    let definition = definition(names);
    let is_source = |it: &&String| it.starts_with("crates/") && it.contains("/src/");
    for file in tidy::repository_files(root)?.iter().filter(is_source) {
        // A file that git tracks and that was deleted since defines nothing.
        let text = files::read(root.join(file)).unwrap_or_default();
        if let Some(name) = matching::find(&definition, &text) {
            bail!("{file} defines {name}: choose another name");
        }
    }
    Ok(())
}

/// A pattern of what begins to define a type that the files of the endpoint define.
fn definition(Names { singular_type: one, plural_type: several, .. }: &Names) -> String {
    let types = format!("{several}|New{one}(?:Row)?|{one}(?:Content|ContentRow|Id|Request|Response|Row)?");
    format!(r"(?m)^\s*(?:pub\S* )?(?:struct|enum|trait|type) ({types})\b")
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
    use crate::setup::ThrowawayDirectory;
    use crate::workspace;

    fn plan(name: &str, fields: &[&str]) -> Result<Plan> {
        let fields: Vec<_> = fields.iter().map(|&field| field.to_owned()).collect();
        Plan::make(workspace::root(), &Endpoint::new(name, None, &fields)?, "2026-11-23")
    }

    #[test]
    fn every_file_of_this_workspace_has_a_place_for_what_is_new() {
        let plan = plan("specimen", &["title:string", "batch:uuid"]).unwrap();
        for (path, text) in &plan.changed {
            let before = files::read(path).unwrap();
            let is_new = text.contains("pecimen") || text.contains("mod stored_uuid;");
            assert!(text.len() > before.len() && is_new, "{path}");
        }
        assert!(plan.new.contains_key("crates/domain/src/specimen.rs"));
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let refusal = |name| plan(name, &["title:string"]).unwrap_err().to_string();
        assert!(refusal("user").contains(" defines "), "{}", refusal("user"));
        assert!(refusal("token").contains("defines Tokens"), "{}", refusal("token"));
        assert_eq!(refusal("operation"), "crates/api/src/routes/operations.rs exists: choose another name");
    }

    #[test]
    fn a_definition_is_told_from_what_only_mentions_one() {
        let definition = definition(&Names::new("user", None).unwrap());
        let defined = |text| matching::find(&definition, text);
        assert_eq!(defined("pub(crate) struct UserRow {"), Some("UserRow"));
        assert_eq!(defined("use a;\n    enum User<T> {"), Some("User"));
        assert_eq!(defined("pub type Users = DateTime<Utc>;"), Some("Users"));
        assert_eq!(defined("/// A struct User\nlet type_name = User;\nstruct UserName;"), None);
    }

    #[test]
    fn a_file_that_has_no_place_for_a_line_is_named() {
        let directory = ThrowawayDirectory::for_test();
        let root = directory.path();
        let templates =
            Templates::new(&Endpoint::new("note", None, &["title:string".to_owned()]).unwrap(), "").unwrap();
        let refusal = || changed(root, &templates, &LINES).unwrap_err().to_string();
        assert!(refusal().ends_with("crates/domain/src/lib.rs"), "{}", refusal());
        files::write(root.join("crates/domain/src/lib.rs"), "//! Empty.\n").unwrap();
        assert_eq!(refusal(), "crates/domain/src/lib.rs has no place Before(\"\\nmod \") for a line");
    }
}
