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
    let names = &endpoint.names;
    let (one, several, path) = (&names.singular, &names.plural, &names.path);
    let mut files = vec![
        (format!("crates/domain/src/{one}.rs"), include_str!("../../templates/domain.rs.jinja")),
        (format!("migrations/sqlite/{migration}/up.sql"), include_str!("../../templates/sqlite-up.sql.jinja")),
        (format!("migrations/sqlite/{migration}/down.sql"), include_str!("../../templates/down.sql.jinja")),
        (format!("migrations/postgres/{migration}/up.sql"), include_str!("../../templates/postgres-up.sql.jinja")),
        (format!("migrations/postgres/{migration}/down.sql"), include_str!("../../templates/down.sql.jinja")),
        (
            format!("crates/persistence/src/repositories/{several}.rs"),
            include_str!("../../templates/repository.rs.jinja"),
        ),
        (format!("crates/services/src/{several}.rs"), include_str!("../../templates/service.rs.jinja")),
        (format!("crates/schemas/src/{one}.rs"), include_str!("../../templates/bodies.rs.jinja")),
        (format!("crates/api/src/routes/{several}.rs"), include_str!("../../templates/routes.rs.jinja")),
        (format!("crates/api/tests/it/{several}.rs"), include_str!("../../templates/tests.rs.jinja")),
        (format!("docs/{path}.md"), include_str!("../../templates/docs/page.md.jinja")),
        (format!("docs/zh-CN/{path}.md"), include_str!("../../templates/docs/page.zh-CN.md.jinja")),
    ];
    if endpoint.has(Kind::Uuid) && !has_stored_uuid {
        files.push((STORED_UUID.to_owned(), include_str!("../../templates/stored_uuid.rs.jinja")));
    }
    files.into_iter().map(|(path, template)| NewFile { path, template }).collect()
}

/// The file that all endpoints with a UUID share. It is written with the first of them.
pub(super) const STORED_UUID: &str = "crates/persistence/src/stored_uuid.rs";
