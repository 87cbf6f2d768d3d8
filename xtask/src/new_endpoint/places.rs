//! Where an endpoint is: files of its own, and lines in files that exist. All are templates. rustfmt puts names and
//! modules in their order afterwards.

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

/// A file that exists, a pattern whose empty group is the place in it, and what is new there.
pub(super) type Line = (&'static str, &'static str, &'static str);

const FIRST_MODULE: &str = "()\nmod ";
const FIRST_EXPORT: &str = "()\npub use ";
const FIRST_OF_CRATE: &str = r"use crate::\{()";
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
    (PORT, FIRST_OF_CRATE, "{{ Notes }}, "),
    (
        PORT,
        r"(?s)pub trait Repositories: Invalidations \{.*?\n()\}",
        "\n    /// The {{ notes_words }}.\n    fn {{ notes }}(&mut self) -> &mut dyn {{ Notes }};\n",
    ),
    ("crates/persistence/src/repositories/mod.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    (CONNECTION, r"use ore_domain::\{()", "{{ Notes }}, "),
    (
        CONNECTION,
        r"(?s)impl Repositories for DatabaseConnection \{.*?\n()\}",
        "\n    fn {{ notes }}(&mut self) -> &mut dyn {{ Notes }} {\n        self\n    }\n",
    ),
    ("crates/services/src/lib.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    ("crates/services/src/lib.rs", FIRST_EXPORT, "\npub use {{ notes }}::{{ Notes }};"),
    (SERVICES, FIRST_OF_CRATE, "{{ Notes }}, "),
    (
        SERVICES,
        r"(?s)pub struct Services \{.*?\n()\}",
        "    /// The {{ notes_words }}.\n    pub {{ notes }}: {{ Notes }},\n",
    ),
    (
        SERVICES,
        r"        Self \{\n()",
        "            {{ notes }}: {{ Notes }}::new(Arc::clone(&store), Arc::clone(&clock)),\n",
    ),
    ("crates/schemas/src/lib.rs", FIRST_MODULE, "\nmod {{ note }};"),
    ("crates/schemas/src/lib.rs", FIRST_EXPORT, "\npub use {{ note }}::{ {{ Note }}Request, {{ Note }}Response};"),
    ("crates/api/src/routes/mod.rs", FIRST_MODULE, "\nmod {{ notes }};"),
    (GROUPS, r"use super::\{()", "{{ notes }}, "),
    (GROUPS, "()operations::SECTION", "{{ notes }}::SECTION, "),
    ("crates/cli/tests/it/main.rs", "()\nmod access;", "\nmod {{ notes }};"),
    (SUMMARY, r"  - \[Errors\]\(errors.md\)\n()", "  - [{{ notes_words | capitalize }}]({{ path }}.md)\n"),
    (SUMMARY, r"  - \[错误\]\(zh-CN/errors.md\)\n()", "  - [`/api/v1/{{ path }}`](zh-CN/{{ path }}.md)\n"),
    (
        "docs/api.md",
        r"()\| \[`GET /health`\]",
        "| [`/api/v1/{{ path }}`]({{ path }}.md) | a token | your {{ notes_words }} |\n",
    ),
    (
        "docs/zh-CN/api.md",
        r"()\| \[`GET /health`\]",
        "| [`/api/v1/{{ path }}`]({{ path }}.md) | 令牌 | 当前用户自己的数据 |\n",
    ),
];
