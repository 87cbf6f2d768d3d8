//! The lines of an endpoint in files that exist: rustfmt puts names and modules in their order afterwards.

use super::anchor::Anchor::{self, After, Before, EndOf};
use super::endpoint::Endpoint;
use super::field::Kind;
use super::names::{Names, capitalized};

/// Something new in a file that exists.
#[derive(Debug)]
pub(super) struct Line {
    /// From the root of the workspace.
    pub(super) path: &'static str,
    pub(super) anchor: Anchor,
    pub(super) text: String,
}

fn line(path: &'static str, anchor: Anchor, text: impl Into<String>) -> Line {
    Line { path, anchor, text: text.into() }
}

const FIRST_MODULE: Anchor = Before("\nmod ");
const FIRST_EXPORT: Anchor = Before("\npub use ");

/// Every line; `has_stored_uuid` says that an endpoint before this one had a UUID.
pub(super) fn lines(endpoint: &Endpoint, has_stored_uuid: bool) -> Vec<Line> {
    let names = &endpoint.names;
    let mut lines = domain(names);
    lines.extend(persistence(names));
    if endpoint.has(Kind::Uuid) && !has_stored_uuid {
        lines.push(line("crates/persistence/src/lib.rs", FIRST_MODULE, "\nmod stored_uuid;"));
    }
    lines.extend(services(names));
    lines.extend(api(names));
    lines.extend(documentation(names));
    lines
}

fn domain(Names { singular, plural, singular_type, plural_type, .. }: &Names) -> Vec<Line> {
    const LIB: &str = "crates/domain/src/lib.rs";
    const PORT: &str = "crates/domain/src/store/port.rs";
    let types =
        format!("New{singular_type}, {singular_type}, {singular_type}Content, {singular_type}Id, {plural_type}");
    let words = plural.replace('_', " ");
    vec![
        line(LIB, FIRST_MODULE, format!("\nmod {singular};")),
        line(LIB, FIRST_EXPORT, format!("\npub use {singular}::{{{types}}};")),
        line(PORT, After("use crate::{"), format!("{plural_type}, ")),
        line(
            PORT,
            EndOf("pub trait Repositories: Invalidations {"),
            format!("\n    /// The {words}.\n    fn {plural}(&mut self) -> &mut dyn {plural_type};\n"),
        ),
    ]
}

fn persistence(Names { plural, plural_type, .. }: &Names) -> Vec<Line> {
    const CONNECTION: &str = "crates/persistence/src/connection.rs";
    let repository = format!("\n    fn {plural}(&mut self) -> &mut dyn {plural_type} {{\n        self\n    }}\n");
    vec![
        line("crates/persistence/src/repositories/mod.rs", FIRST_MODULE, format!("\nmod {plural};")),
        line(CONNECTION, After("use ore_domain::{"), format!("{plural_type}, ")),
        line(CONNECTION, EndOf("impl Repositories for DatabaseConnection {"), repository),
    ]
}

fn services(names: &Names) -> Vec<Line> {
    const LIB: &str = "crates/services/src/lib.rs";
    const SERVICES: &str = "crates/services/src/services.rs";
    let Names { plural, plural_type, .. } = names;
    vec![
        line(LIB, FIRST_MODULE, format!("\nmod {plural};")),
        line(LIB, FIRST_EXPORT, format!("\npub use {plural}::{plural_type};")),
        line(SERVICES, After("use crate::{"), format!("{plural_type}, ")),
        line(
            SERVICES,
            EndOf("pub struct Services {"),
            format!("    /// The {}.\n    pub {plural}: {plural_type},\n", names.plural_words()),
        ),
        line(
            SERVICES,
            After("        Self {\n"),
            format!("            {plural}: {plural_type}::new(Arc::clone(&store), Arc::clone(&clock)),\n"),
        ),
    ]
}

fn api(Names { singular, plural, singular_type, .. }: &Names) -> Vec<Line> {
    const SCHEMAS: &str = "crates/schemas/src/lib.rs";
    const GROUPS: &str = "crates/api/src/routes/groups.rs";
    let bodies = format!("{singular_type}Request, {singular_type}Response");
    vec![
        line(SCHEMAS, FIRST_MODULE, format!("\nmod {singular};")),
        line(SCHEMAS, FIRST_EXPORT, format!("\npub use {singular}::{{{bodies}}};")),
        line("crates/api/src/routes/mod.rs", FIRST_MODULE, format!("\nmod {plural};")),
        line(GROUPS, After("use super::{"), format!("{plural}, ")),
        line(GROUPS, Before("operations::SECTION"), format!("{plural}::SECTION, ")),
        line("crates/cli/tests/it/main.rs", Before("\nmod access;"), format!("\nmod {plural};")),
    ]
}

fn documentation(names: &Names) -> Vec<Line> {
    const SUMMARY: &str = "docs/SUMMARY.md";
    let path = &names.path;
    let words = names.plural_words();
    let title = capitalized(&words);
    let calls = format!("[`/api/v1/{path}`]({path}.md)");
    vec![
        line(SUMMARY, After("  - [Errors](errors.md)\n"), format!("  - [{title}]({path}.md)\n")),
        line(SUMMARY, After("  - [错误](zh-CN/errors.md)\n"), format!("  - [`/api/v1/{path}`](zh-CN/{path}.md)\n")),
        line("docs/api.md", Before("| [`GET /health`]"), format!("| {calls} | a token | your {words} |\n")),
        line("docs/zh-CN/api.md", Before("| [`GET /health`]"), format!("| {calls} | 令牌 | 当前用户自己的数据 |\n")),
    ]
}
