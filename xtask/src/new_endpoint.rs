//! `cargo xtask new-endpoint`: what users keep for themselves, from the migration to the documentation.

mod check;
mod endpoint;
mod places;
mod plan;
mod templates;
#[cfg(test)]
mod walkthrough;

use std::path::Path;

use anyhow::{Context, Result};
use fs_err as fs;
use ore_harness::say;

use self::endpoint::Endpoint;
use crate::docs;
use crate::process::{self, cargo};

/// The options of the command.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What one of the things is called, in `snake_case`: `project_note`
    #[arg(required_unless_present = "check")]
    name: Option<String>,
    /// A field: NAME:TYPE, where TYPE is string, string:MAXIMUM, integer, bool, timestamp or uuid, with a `?` at the
    /// end where there need not be a value
    #[arg(long = "field", value_name = "FIELD", required_unless_present = "check")]
    fields: Vec<String>,
    /// What several of them are called, where that is not the name with an `s`
    #[arg(long)]
    plural: Option<String>,
    /// Make one with fields of every type in a copy of this checkout, and run the checks and its tests there
    #[arg(long, conflicts_with_all = ["name", "fields", "plural"])]
    check: bool,
}

/// Writes the files of the endpoint and its lines in those that exist, or with `--check` tries that out. When a file is
/// there already or is not as expected, nothing is written; a name that Rust has already shows when the result is
/// formatted and compiled.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if arguments.check {
        return check::run();
    }
    let name = arguments.name.as_deref().context("the endpoint has no name")?;
    let endpoint = Endpoint::new(name, arguments.plural.as_deref(), &arguments.fields)?;
    generate(Path::new("."), &endpoint)?;
    docs::generate(false)?;
    let (Endpoint { singular, plural, .. }, path) = (&endpoint, endpoint.path());
    say(&format!(
        "The routes are /api/v1/{path}; `git status` shows every file. Read docs/{path}.md and docs/zh-CN/{path}.md. Next:"
    ));
    say(&format!("  cargo xtask test ore-testkit ore-persistence ore-services ore-cli -- {singular} {plural}"));
    Ok(())
}

/// Writes everything below `root` that needs no compiler.
fn generate(root: &Path, endpoint: &Endpoint) -> Result<()> {
    for (path, text) in plan::make(root, endpoint)? {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, text)?;
    }
    process::run(cargo("fmt --all").current_dir(root))
}
