//! The layers of docs/architecture.md as tables.

/// The packages of the workspace on which a package may depend.
pub(crate) struct Layer {
    pub(crate) package: &'static str,
    /// In its code and build script, and so in its tests.
    pub(crate) may_use: &'static [&'static str],
    /// In its tests alone.
    pub(crate) tests_may_use: &'static [&'static str],
    pub(crate) reason: &'static str,
}

/// Packages from outside that belong to some layers alone, in tests too.
pub(crate) struct Reserved {
    pub(crate) packages: &'static [&'static str],
    pub(crate) for_layers: &'static [&'static str],
    pub(crate) reason: &'static str,
}

const fn layer(
    package: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
    reason: &'static str,
) -> Layer {
    Layer { package, may_use, tests_may_use, reason }
}

const fn reserved(
    packages: &'static [&'static str],
    for_layers: &'static [&'static str],
    reason: &'static str,
) -> Reserved {
    Reserved { packages, for_layers, reason }
}

/// Every package of the workspace has its line here.
pub(crate) const LAYERS: &[Layer] = &[
    layer("ore-domain", &[], &[], "the domain stands on no other package of the workspace"),
    layer(
        "ore-security",
        &[],
        &[],
        "other services take security alone, so it stands on no other package of the workspace",
    ),
    layer(
        "ore-verifier",
        &["ore-security"],
        &["ore-testkit-issuer"],
        "other services take the verifier, so it stands on security alone",
    ),
    layer(
        "ore-verifier-actix",
        &["ore-verifier"],
        &["ore-testkit-issuer"],
        "a face of the verifier knows the verifier and its web framework",
    ),
    layer(
        "ore-verifier-axum",
        &["ore-verifier"],
        &["ore-testkit-issuer"],
        "a face of the verifier knows the verifier and its web framework",
    ),
    layer(
        "ore-testkit-issuer",
        &["ore-security"],
        &[],
        "the issuer of other services' tests stands on security, and on no verifier that it is to test",
    ),
    layer(
        "ore-client",
        &["ore-schemas", "ore-security"],
        &[],
        "programs elsewhere take the client, so it stands on what goes over the wire and on randomness alone",
    ),
    layer("ore-huge-pages", &[], &[], "one system call needs nothing of ours"),
    layer("ore-schemas", &["ore-domain"], &["ore-testkit"], "schemas stand on the domain only"),
    layer("ore-passkeys", &[], &[], "what browsers and authenticators say is judged without knowing of whom it is"),
    layer(
        "ore-services",
        &["ore-domain", "ore-passkeys", "ore-security"],
        &["ore-testkit"],
        "services stand on the domain and security, and know neither HTTP nor a database",
    ),
    layer(
        "ore-persistence",
        &["ore-domain"],
        &["ore-testkit"],
        "persistence implements the domain's ports and knows nothing else",
    ),
    layer("ore-user-files", &["ore-domain"], &[], "files of users are read and written, and opened elsewhere"),
    layer(
        "ore-settings",
        &["ore-domain", "ore-persistence", "ore-redis", "ore-security"],
        &[],
        "settings know what they set: the URLs of the database and of Redis, hash parameters and algorithms",
    ),
    layer("ore-telemetry", &["ore-domain", "ore-settings"], &[], "telemetry knows nothing of what it tells about"),
    layer(
        "ore-workers",
        &["ore-domain", "ore-huge-pages", "ore-security", "ore-services", "ore-telemetry"],
        &["ore-persistence", "ore-testkit"],
        "the pools stand behind the ports of the domain and the services",
    ),
    layer("ore-redis", &["ore-domain"], &[], "the connection to Redis knows nothing of what it is for"),
    layer(
        "ore-limits",
        &["ore-domain", "ore-persistence", "ore-redis", "ore-security", "ore-settings", "ore-telemetry", "ore-workers"],
        &["ore-testkit"],
        "limits count calls and know neither HTTP nor a route",
    ),
    layer(
        "ore-external",
        &["ore-domain", "ore-services", "ore-telemetry"],
        &[],
        "the HTTP client implements a port of the services and knows nothing else",
    ),
    layer(
        "ore-jobs",
        &["ore-domain", "ore-security", "ore-services", "ore-settings", "ore-telemetry"],
        &["ore-testkit"],
        "jobs run the use cases of the services and know neither HTTP nor a database",
    ),
    layer(
        "ore-transport",
        &["ore-domain", "ore-settings", "ore-telemetry"],
        &["ore-testkit"],
        "transport carries requests and knows no route",
    ),
    layer(
        "ore-web",
        &[
            "ore-domain",
            "ore-limits",
            "ore-schemas",
            "ore-security",
            "ore-services",
            "ore-settings",
            "ore-telemetry",
            "ore-transport",
        ],
        &["ore-testkit"],
        "what every route stands on knows no route",
    ),
    layer(
        "ore-pages",
        &["ore-domain", "ore-schemas", "ore-security", "ore-services", "ore-telemetry", "ore-web"],
        &[],
        "pages show what the use cases do, and call no route of their own process",
    ),
    layer(
        "ore-testkit",
        &["ore-domain", "ore-persistence", "ore-services"],
        &[],
        "the testkit stands on the ports and the store in memory, so that every layer can test with it",
    ),
    layer(
        "ore-api",
        &[
            "ore-domain",
            "ore-external",
            "ore-jobs",
            "ore-limits",
            "ore-pages",
            "ore-passkeys",
            "ore-persistence",
            "ore-schemas",
            "ore-security",
            "ore-services",
            "ore-settings",
            "ore-telemetry",
            "ore-transport",
            "ore-user-files",
            "ore-web",
            "ore-workers",
        ],
        &["ore-client", "ore-redis", "ore-testkit", "ore-verifier"],
        "the server joins all layers, and in its tests alone the testkit, its client and what checks its tokens elsewhere",
    ),
    layer("ore-harness", &[], &[], "what chaos and bench share sees the service from outside alone"),
    layer(
        "ore-chaos",
        &["ore-harness"],
        &[],
        "chaos sees the service from outside alone: as a process, by HTTP and in its database",
    ),
    layer(
        "ore-bench",
        &["ore-harness"],
        &[],
        "bench sees the service from outside alone: as a process, by HTTP and in its database",
    ),
    layer(
        "ore-consumer",
        &["ore-security"],
        &["ore-client", "ore-testkit-issuer", "ore-verifier"],
        "a program of somebody else takes what is for other services",
    ),
    layer("xtask", &[], &[], "xtask builds without the code that it checks"),
];

/// Packages from outside that not every layer may name in its manifest.
pub(crate) const RESERVED: &[Reserved] = &[
    reserved(
        &["actix-cors", "actix-http"],
        &["ore-transport", "ore-verifier-actix", "ore-web"],
        "the core knows neither a web framework nor a runtime",
    ),
    reserved(
        &["actix-web"],
        &["ore-api", "ore-bench", "ore-external", "ore-pages", "ore-transport", "ore-verifier-actix", "ore-web"],
        "the core knows neither a web framework nor a runtime; bench compares the server with a bare one, and \
                 the tests of the HTTP client call one",
    ),
    reserved(
        &["axum", "axum-core", "tower", "tower-layer", "tower-service"],
        &["ore-testkit-issuer", "ore-verifier-axum"],
        "the server stands on actix-web; axum is for other services and their tests",
    ),
    reserved(
        &["tokio"],
        &[
            "ore-api",
            "ore-bench",
            "ore-chaos",
            "ore-client",
            "ore-consumer",
            "ore-external",
            "ore-harness",
            "ore-jobs",
            "ore-limits",
            "ore-redis",
            "ore-telemetry",
            "ore-testkit-issuer",
            "ore-transport",
            "ore-verifier",
            "ore-verifier-axum",
            "ore-workers",
        ],
        "the core knows neither a web framework nor a runtime",
    ),
    reserved(
        &["diesel", "diesel_migrations", "libsqlite3-sys", "pq-sys", "r2d2"],
        &["ore-persistence"],
        "the database is behind the store ports",
    ),
    reserved(
        &["opentelemetry", "opentelemetry-otlp", "opentelemetry_sdk", "tracing-opentelemetry"],
        &["ore-telemetry"],
        "how traces are told is nobody else's concern",
    ),
    reserved(&["redis"], &["ore-api", "ore-limits", "ore-redis", "ore-settings"], "the core knows no network"),
    reserved(
        &["reqwest"],
        &["ore-api", "ore-client", "ore-consumer", "ore-external", "ore-telemetry", "ore-verifier"],
        "calls to other services are behind ports; the server's tests call it as a client",
    ),
    reserved(&["maud"], &["ore-pages"], "HTML for people has one home"),
    reserved(&["lettre"], &["ore-jobs"], "mail has one home"),
    reserved(&["minijinja"], &["ore-jobs", "xtask"], "mails are written from templates, and so are new endpoints"),
    reserved(&["webauthn-rs"], &["ore-passkeys"], "what passkeys are judged by has one home"),
    reserved(&["argon2", "jsonwebtoken"], &["ore-security"], "cryptography has one home"),
    reserved(
        &["anyhow"],
        &["ore-api", "ore-bench", "ore-chaos", "ore-harness", "xtask"],
        "each layer has an error type of its own, and only programs join them",
    ),
];
