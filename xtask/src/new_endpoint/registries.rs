//! The lines of an endpoint in files that exist: rustfmt puts names and modules in their order afterwards.

use super::anchor::Anchor::{self, After, Before, End, EndOf};
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

/// Every line but the declaration of the table; `has_stored_uuid` says that an endpoint before this one had a UUID.
pub(super) fn lines(endpoint: &Endpoint, has_stored_uuid: bool) -> Vec<Line> {
    let names = &endpoint.names;
    let mut lines = domain(names);
    lines.extend(stores(names));
    if endpoint.has(Kind::Uuid) && !has_stored_uuid {
        lines.push(line("crates/persistence/src/lib.rs", FIRST_MODULE, "\nmod stored_uuid;"));
    }
    lines.extend(testkit(names));
    lines.extend(services(names));
    lines.extend(api(endpoint));
    lines.extend(documentation(names));
    lines
}

/// The line of a table in the schema.
pub(super) fn table(declaration: String) -> Line {
    line("crates/persistence/src/schema.rs", End, declaration)
}

fn domain(Names { singular, plural, singular_type, plural_type, .. }: &Names) -> Vec<Line> {
    const LIB: &str = "crates/domain/src/lib.rs";
    const PORT: &str = "crates/domain/src/store/port.rs";
    let types = format!("New{singular_type}, {singular_type}, {singular_type}Content, {singular_type}Id");
    let words = plural.replace('_', " ");
    vec![
        line(LIB, FIRST_MODULE, format!("\nmod {singular};\nmod {plural};")),
        line(LIB, FIRST_EXPORT, format!("\npub use {singular}::{{{types}}};\npub use {plural}::{plural_type};")),
        line(PORT, After("use crate::{"), format!("{plural_type}, ")),
        line(
            PORT,
            EndOf("pub trait Repositories {"),
            format!("    /// The {words}.\n    fn {plural}(&mut self) -> &mut dyn {plural_type};\n"),
        ),
    ]
}

fn repository(names: &Names, body: &str) -> String {
    format!("\n    fn {}(&mut self) -> &mut dyn {} {{\n        {body}\n    }}\n", names.plural, names.plural_type)
}

fn stores(names: &Names) -> Vec<Line> {
    const CONNECTION: &str = "crates/persistence/src/connection.rs";
    const MEMORY: &str = "crates/testkit/src/memory/store.rs";
    const WATCHED: &str = "crates/services/src/watched_store.rs";
    let Names { singular, plural, singular_type, plural_type, .. } = names;
    let passed_on = format!("self.repositories.{plural}()");
    vec![
        line("crates/persistence/src/lib.rs", FIRST_MODULE, format!("\nmod {singular}_row;")),
        line("crates/persistence/src/repositories/mod.rs", FIRST_MODULE, format!("\nmod {plural};")),
        line(CONNECTION, After("use ore_domain::{"), format!("{plural_type}, ")),
        line(CONNECTION, EndOf("impl Repositories for DatabaseConnection {"), repository(names, "self")),
        line("crates/testkit/src/memory/mod.rs", FIRST_MODULE, format!("\nmod {plural};")),
        line(MEMORY, After("use ore_domain::{"), format!("{plural_type}, ")),
        line(MEMORY, Before("\nuse super::"), format!("\nuse super::{plural}::{singular_type}Table;")),
        line(MEMORY, EndOf("pub(super) struct Tables {"), format!("    pub(super) {plural}: {singular_type}Table,\n")),
        line(MEMORY, EndOf("impl Repositories for Transaction<'_> {"), repository(names, "self")),
        line(WATCHED, After("use ore_domain::{"), format!("{plural_type}, ")),
        line(WATCHED, EndOf("impl Repositories for Watched<'_> {"), repository(names, &passed_on)),
    ]
}

fn testkit(Names { singular, plural, .. }: &Names) -> Vec<Line> {
    const LIB: &str = "crates/testkit/src/lib.rs";
    const CONTRACT: &str = "crates/testkit/src/contract/mod.rs";
    let promises = [
        format!("a_{singular}_comes_back_as_it_was_stored"),
        format!("a_{singular}_is_there_for_its_owner_alone"),
        format!("{plural}_are_listed_in_pages_the_newest_first"),
        format!("a_changed_{singular}_has_the_new_content_alone"),
        format!("a_deleted_{singular}_is_gone"),
    ];
    let promises = promises.map(|promise| format!("            {promise}\n")).concat();
    vec![
        line(LIB, FIRST_MODULE, format!("\nmod {plural};")),
        line(LIB, FIRST_EXPORT, format!("\npub use {plural}::{{new_{singular}, {singular}_content}};")),
        line(CONTRACT, FIRST_MODULE, format!("\nmod {plural};")),
        line(CONTRACT, FIRST_EXPORT, format!("\npub use {plural}::*;")),
        line("crates/testkit/src/contract/macros.rs", EndOf("$crate::store_contract! {"), promises),
    ]
}

fn services(Names { plural, singular_type, plural_type, .. }: &Names) -> Vec<Line> {
    const LIB: &str = "crates/services/src/lib.rs";
    let operations = ["Create", "Delete", "Find", "Update"].map(|verb| format!("{verb}{singular_type}")).join(", ");
    vec![
        line(LIB, FIRST_MODULE, format!("\nmod {plural};")),
        line(
            LIB,
            FIRST_EXPORT,
            format!("\npub use {plural}::{{{operations}, List{plural_type}, {singular_type}UseCases}};"),
        ),
        line("crates/services/tests/use_cases/main.rs", FIRST_MODULE, format!("\nmod {plural};")),
    ]
}

fn api(endpoint: &Endpoint) -> Vec<Line> {
    const SCHEMAS: &str = "crates/schemas/src/lib.rs";
    const SERVICES: &str = "crates/services/src/services.rs";
    const COMPOSITION: &str = "crates/api/src/services.rs";
    const GROUPS: &str = "crates/api/src/routes/groups.rs";
    const ACCESS: &str = "crates/api/tests/it/access.rs";
    let Names { singular, plural, singular_type, path, .. } = &endpoint.names;
    let words = endpoint.names.plural_words();
    // An empty object lacks nothing where nothing is required.
    let empty_object = if endpoint.fields.iter().any(|field| !field.is_optional) { 422 } else { 201 };
    let row = |method: &str, id: &str, of_user: u16| {
        format!("    (\"{method}\", \"/api/v1/{path}{id}\", [401, 401, {of_user}, {of_user}, 401]),\n")
    };
    let rows = [
        ("GET", "", 200),
        ("POST", "", empty_object),
        ("GET", "/{id}", 404),
        ("PUT", "/{id}", 404),
        ("DELETE", "/{id}", 404),
    ];
    vec![
        line(SCHEMAS, FIRST_MODULE, format!("\nmod {singular};")),
        line(
            SCHEMAS,
            FIRST_EXPORT,
            format!("\npub use {singular}::{{{singular_type}Request, {singular_type}Response}};"),
        ),
        line(SERVICES, After("use crate::{"), format!("{singular_type}UseCases, ")),
        line(COMPOSITION, After("use ore_services::{"), format!("{singular_type}UseCases, ")),
        line(
            SERVICES,
            EndOf("pub struct Services {"),
            format!("    /// What users do with their {words}.\n    pub {plural}: {singular_type}UseCases,\n"),
        ),
        line(
            COMPOSITION,
            EndOf("Ok(Services {"),
            format!("        {plural}: {singular_type}UseCases::new(store, clock),\n"),
        ),
        line("crates/api/src/routes/mod.rs", Before("\npub(crate) mod "), format!("\npub(crate) mod {plural};")),
        line(GROUPS, After("use super::{"), format!("{plural}, ")),
        line(
            GROUPS,
            After("endpoints.extend(auth::endpoints());\n"),
            format!("            endpoints.extend({plural}::endpoints());\n"),
        ),
        line("crates/api/src/openapi/subjects/mod.rs", FIRST_MODULE, format!("\nmod {plural};")),
        line(
            "crates/api/src/openapi/subjects/subject.rs",
            Before("super::operations::SUBJECT"),
            format!("super::{plural}::SUBJECT, "),
        ),
        line("crates/api/tests/it/main.rs", Before("\nmod access;"), format!("\nmod {plural};")),
        line(ACCESS, EndOf("const TABLE: "), rows.map(|(method, id, of_user)| row(method, id, of_user)).concat()),
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
