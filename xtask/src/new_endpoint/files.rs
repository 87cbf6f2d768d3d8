//! The files that an endpoint has for itself.

use super::endpoint::Endpoint;
use super::field::Kind;

/// A file and the template that it is made of.
pub(super) struct NewFile {
    /// From the root of the workspace.
    pub(super) path: String,
    pub(super) template: &'static str,
}

/// Every file, in the order in which one would write them by hand; `has_stored_uuid` says that an endpoint before this
/// one had a UUID.
pub(super) fn files(endpoint: &Endpoint, migration: &str, has_stored_uuid: bool) -> Vec<NewFile> {
    let (one, several) = (&endpoint.names.singular, &endpoint.names.plural);
    let path = &endpoint.names.path;
    let services = format!("crates/services/src/{several}");
    let repository = format!("crates/persistence/src/repositories/{several}.rs");
    let mut files = vec![
        (format!("crates/domain/src/{one}.rs"), include_str!("../../templates/domain/entity.rs.jinja")),
        (format!("crates/domain/src/{several}.rs"), include_str!("../../templates/domain/port.rs.jinja")),
        (
            format!("migrations/sqlite/{migration}/up.sql"),
            include_str!("../../templates/migrations/sqlite-up.sql.jinja"),
        ),
        (format!("migrations/sqlite/{migration}/down.sql"), include_str!("../../templates/migrations/down.sql.jinja")),
        (
            format!("migrations/postgres/{migration}/up.sql"),
            include_str!("../../templates/migrations/postgres-up.sql.jinja"),
        ),
        (
            format!("migrations/postgres/{migration}/down.sql"),
            include_str!("../../templates/migrations/down.sql.jinja"),
        ),
        (format!("crates/persistence/src/{one}_row.rs"), include_str!("../../templates/persistence/row.rs.jinja")),
        (repository, include_str!("../../templates/persistence/repository.rs.jinja")),
        (format!("crates/testkit/src/memory/{several}.rs"), include_str!("../../templates/testkit/memory.rs.jinja")),
        (format!("crates/testkit/src/{several}.rs"), include_str!("../../templates/testkit/samples.rs.jinja")),
        (
            format!("crates/testkit/src/contract/{several}.rs"),
            include_str!("../../templates/testkit/contract.rs.jinja"),
        ),
        (format!("{services}/mod.rs"), include_str!("../../templates/services/mod.rs.jinja")),
        (format!("{services}/create_{one}.rs"), include_str!("../../templates/services/create.rs.jinja")),
        (format!("{services}/delete_{one}.rs"), include_str!("../../templates/services/delete.rs.jinja")),
        (format!("{services}/find_{one}.rs"), include_str!("../../templates/services/find.rs.jinja")),
        (format!("{services}/list_{several}.rs"), include_str!("../../templates/services/list.rs.jinja")),
        (format!("{services}/update_{one}.rs"), include_str!("../../templates/services/update.rs.jinja")),
        (format!("{services}/use_cases.rs"), include_str!("../../templates/services/use_cases.rs.jinja")),
        (
            format!("crates/services/tests/use_cases/{several}.rs"),
            include_str!("../../templates/services/tests.rs.jinja"),
        ),
        (format!("crates/schemas/src/{one}.rs"), include_str!("../../templates/schemas/bodies.rs.jinja")),
        (format!("crates/api/src/routes/{several}.rs"), include_str!("../../templates/api/routes.rs.jinja")),
        (format!("crates/api/src/openapi/subjects/{several}.rs"), include_str!("../../templates/api/subject.rs.jinja")),
        (format!("crates/api/tests/it/{several}.rs"), include_str!("../../templates/api/tests.rs.jinja")),
        (format!("docs/{path}.md"), include_str!("../../templates/docs/page.md.jinja")),
        (format!("docs/zh-CN/{path}.md"), include_str!("../../templates/docs/page.zh-CN.md.jinja")),
    ];
    if endpoint.has(Kind::Uuid) && !has_stored_uuid {
        files.push((STORED_UUID.to_owned(), include_str!("../../templates/persistence/stored_uuid.rs.jinja")));
    }
    files.into_iter().map(|(path, template)| NewFile { path, template }).collect()
}

/// What all endpoints with a UUID have in common, written with the first of them.
pub(super) const STORED_UUID: &str = "crates/persistence/src/stored_uuid.rs";

/// The declaration of the table, for the schema of all.
pub(super) const TABLE: &str = include_str!("../../templates/persistence/table.rs.jinja");
