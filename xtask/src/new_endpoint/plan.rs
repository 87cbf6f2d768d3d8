//! All that an endpoint changes, worked out before anything is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use super::endpoint::Endpoint;
use super::templates::Templates;
use super::{files, migrations, registries};

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
        refuse_taken_types(root, endpoint)?;
        let migration = migrations::next(root, today, &endpoint.names.plural)?;
        let has_stored_uuid = root.join(files::STORED_UUID).exists();
        let templates = Templates::new(endpoint)?;
        let mut new = BTreeMap::new();
        for file in files::files(endpoint, &migration, has_stored_uuid) {
            refuse_taken_path(root, &file.path)?;
            new.insert(file.path, templates.render(file.template)?);
        }
        let mut changed = BTreeMap::new();
        for line in registries::lines(endpoint, has_stored_uuid) {
            let text = match changed.remove(line.path) {
                Some(text) => text,
                None => {
                    fs::read_to_string(root.join(line.path)).with_context(|| format!("cannot read {}", line.path))?
                }
            };
            let text = line.anchor.insert(&text, &line.text);
            let text = text.with_context(|| format!("{} has no place {:?} for a line", line.path, line.anchor))?;
            changed.insert(line.path.to_owned(), text);
        }
        Ok(Self { migration, new, changed })
    }

    /// Writes every file.
    ///
    /// # Errors
    /// When a file cannot be written; `git status` then shows which were.
    pub(super) fn write(&self, root: &Path) -> Result<()> {
        for (path, text) in self.new.iter().chain(&self.changed) {
            let target = root.join(path);
            if let Some(directory) = target.parent() {
                fs::create_dir_all(directory).with_context(|| format!("cannot make the directory of {path}"))?;
            }
            fs::write(&target, text).with_context(|| format!("cannot write {path}"))?;
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
fn refuse_taken_types(root: &Path, endpoint: &Endpoint) -> Result<()> {
    let wanted = endpoint.types();
    for entry in fs::read_dir(root.join("crates")).context("cannot read crates")? {
        let sources = entry?.path().join("src");
        for_each_rust_file(&sources, &mut |path, text| {
            let path = path.strip_prefix(root).unwrap_or(path).display();
            for name in text.lines().filter_map(defined_type) {
                ensure!(!wanted.iter().any(|it| it == name), "{path} defines {name}: choose another name");
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn for_each_rust_file(directory: &Path, visit: &mut impl FnMut(&Path, &str) -> Result<()>) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| format!("cannot read {}", directory.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            for_each_rust_file(&path, visit)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            visit(&path, &text)?;
        }
    }
    Ok(())
}

/// The type that a line begins to define.
fn defined_type(line: &str) -> Option<&str> {
    let (before, rest) = ["struct ", "enum ", "trait ", "type "].iter().find_map(|keyword| line.split_once(keyword))?;
    let is_definition = before.trim_start().is_empty() || before.trim_start().starts_with("pub");
    let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(rest.len());
    is_definition.then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    fn plan(name: &str, fields: &[&str]) -> Result<Plan> {
        let fields: Vec<_> = fields.iter().map(|&field| field.to_owned()).collect();
        Plan::make(workspace::root(), &Endpoint::new(name, None, &fields)?, "2026-11-23")
    }

    #[test]
    fn every_file_of_this_workspace_has_a_place_for_what_is_new() {
        let plan = plan("specimen", &["title:string", "batch:uuid"]).unwrap();
        for (path, text) in &plan.changed {
            let before = fs::read_to_string(workspace::root().join(path)).unwrap();
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
        assert_eq!(defined_type("pub(crate) struct UserRow {"), Some("UserRow"));
        assert_eq!(defined_type("    enum Kind<T> {"), Some("Kind"));
        assert_eq!(defined_type("pub type Timestamp = DateTime<Utc>;"), Some("Timestamp"));
        assert_eq!(defined_type("/// A struct of users"), None);
        assert_eq!(defined_type("let type_name = 1;"), None);
    }

    #[test]
    fn a_file_that_has_no_place_for_a_line_is_named_before_anything_is_written() {
        let directory = std::env::temp_dir().join(format!("ore-new-endpoint-{}", std::process::id()));
        for directory in ["crates", "migrations/sqlite"].map(|path| directory.join(path)) {
            fs::create_dir_all(directory).unwrap();
        }
        let endpoint = Endpoint::new("note", None, &["title:string".to_owned()]).unwrap();
        let refusal = Plan::make(&directory, &endpoint, "2026-11-23").unwrap_err().to_string();
        fs::create_dir_all(directory.join("crates/domain/src")).unwrap();
        fs::write(directory.join("crates/domain/src/lib.rs"), "//! Empty.\n").unwrap();
        let second = Plan::make(&directory, &endpoint, "2026-11-23").unwrap_err().to_string();
        fs::remove_dir_all(&directory).unwrap();
        assert_eq!(refusal, "cannot read crates/domain/src/lib.rs");
        assert_eq!(second, "crates/domain/src/lib.rs has no place Before(\"\\nmod \") for a line");
    }
}
