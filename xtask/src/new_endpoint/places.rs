//! Where an endpoint is: files of its own, and lines in files that exist. All are templates. rustfmt puts names and modules
//! in their order afterwards.

use super::anchor::Anchor::{self, After, Before, EndOf};

/// Paths from the root of the workspace, in the order in which one would write the files by hand, and what is in them.
pub(super) const FILES: [(&str, &str); 12] = [
    ("crates/domain/src/{{ note }}.rs", include_str!("../../templates/domain.rs.jinja")),
    ("migrations/sqlite/{{ migration }}/up.sql", include_str!("../../templates/sqlite-up.sql.jinja")),
    ("migrations/sqlite/{{ migration }}/down.sql", include_str!("../../templates/down.sql.jinja")),
    ("migrations/postgres/{{ migration }}/up.sql", include_str!("../../templates/postgres-up.sql.jinja")),
    ("migrations/postgres/{{ migration }}/down.sql", include_str!("../../templates/down.sql.jinja")),
    ("crates/persistence/src/repositories/{{ notes }}.rs", include_str!("../../templates/repository.rs.jinja")),
    ("crates/services/src/{{ notes }}.rs", include_str!("../../templates/service.rs.jinja")),
    ("crates/schemas/src/{{ note }}.rs", include_str!("../../templates/bodies.rs.jinja")),
    ("crates/api/src/routes/{{ notes }}.rs", include_str!("../../templates/routes.rs.jinja")),
    ("crates/cli/tests/it/{{ notes }}.rs", include_str!("../../templates/tests.rs.jinja")),
    ("docs/{{ path }}.md", include_str!("../../templates/docs/page.md.jinja")),
    ("docs/zh-CN/{{ path }}.md", include_str!("../../templates/docs/page.zh-CN.md.jinja")),
];

/// What all endpoints with a UUID have in common, written with the first of them: a file and its line.
pub(super) const STORED_UUID: (&str, &str) =
    ("crates/persistence/src/stored_uuid.rs", include_str!("../../templates/stored_uuid.rs.jinja"));
pub(super) const STORED_UUID_LINE: Line = ("crates/persistence/src/lib.rs", FIRST_MODULE, "\nmod stored_uuid;");

/// A file that exists, a place in it, and what is new there.
pub(super) type Line = (&'static str, Anchor, &'static str);

const FIRST_MODULE: Anchor = Before("\nmod ");
const FIRST_EXPORT: Anchor = Before("\npub use ");
const DOMAIN: &str = "crates/domain/src/lib.rs";
const PORT: &str = "crates/domain/src/store/port.rs";
const CONNECTION: &str = "crates/persistence/src/connection.rs";
const SERVICES: &str = "crates/services/src/services.rs";
const GROUPS: &str = "crates/api/src/routes/groups.rs";
const SUMMARY: &str = "docs/SUMMARY.md";

/// In the order of the files above.
pub(super) const LINES: [Line; 22] = [
    (DOMAIN, FIRST_MODULE, "\nmod {{ note }};"),
    (
        DOMAIN,
        FIRST_EXPORT,
        "\npub use {{ note }}::{New{{ Note }}, {{ Note }}, {{ Note }}Content, {{ Note }}Id, {{ Notes }}};",
    ),
    (PORT, After("use crate::{"), "{{ Notes }}, "),
    (
        PORT,
        EndOf("pub trait Repositories: Invalidations {"),
        "\n    /// The {{ notes_words }}.\n    fn {{ notes }}(&mut self) -> &mut dyn {{ Notes }};\n",
    ),
    ("crates/persistence/src/repositories/mod.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    (CONNECTION, After("use ore_domain::{"), "{{ Notes }}, "),
    (
        CONNECTION,
        EndOf("impl Repositories for DatabaseConnection {"),
        "\n    fn {{ notes }}(&mut self) -> &mut dyn {{ Notes }} {\n        self\n    }\n",
    ),
    ("crates/services/src/lib.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    ("crates/services/src/lib.rs", FIRST_EXPORT, "\npub use {{ notes }}::{{ Notes }};"),
    (SERVICES, After("use crate::{"), "{{ Notes }}, "),
    (SERVICES, EndOf("pub struct Services {"), "    /// The {{ notes_words }}.\n    pub {{ notes }}: {{ Notes }},\n"),
    (
        SERVICES,
        After("        Self {\n"),
        "            {{ notes }}: {{ Notes }}::new(Arc::clone(&store), Arc::clone(&clock)),\n",
    ),
    ("crates/schemas/src/lib.rs", FIRST_MODULE, "\nmod {{ note }};"),
    ("crates/schemas/src/lib.rs", FIRST_EXPORT, "\npub use {{ note }}::{ {{ Note }}Request, {{ Note }}Response};"),
    ("crates/api/src/routes/mod.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    (GROUPS, After("use super::{"), "{{ notes }}, "),
    (GROUPS, Before("operations::SECTION"), "{{ notes }}::SECTION, "),
    ("crates/cli/tests/it/main.rs", Before("\nmod access;"), "\nmod {{ notes }};"),
    (SUMMARY, After("  - [Errors](errors.md)\n"), "  - [{{ Title }}]({{ path }}.md)\n"),
    (SUMMARY, After("  - [错误](zh-CN/errors.md)\n"), "  - [`/api/v1/{{ path }}`](zh-CN/{{ path }}.md)\n"),
    (
        "docs/api.md",
        Before("| [`GET /health`]"),
        "| [`/api/v1/{{ path }}`]({{ path }}.md) | a token | your {{ notes_words }} |\n",
    ),
    (
        "docs/zh-CN/api.md",
        Before("| [`GET /health`]"),
        "| [`/api/v1/{{ path }}`]({{ path }}.md) | 令牌 | 当前用户自己的数据 |\n",
    ),
];
