//! The layers of docs/architecture.md as tables.

/// What a package of the workspace may depend on inside the workspace.
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

/// Every package of the workspace has its line here.
pub(crate) const LAYERS: &[Layer] = &[
    Layer {
        package: "ore-domain",
        may_use: &[],
        tests_may_use: &[],
        reason: "the domain stands on no other package of the workspace",
    },
    Layer {
        package: "ore-security",
        may_use: &[],
        tests_may_use: &[],
        reason: "other services take security alone, so it stands on no other package of the workspace",
    },
    Layer {
        package: "ore-huge-pages",
        may_use: &[],
        tests_may_use: &[],
        reason: "one system call needs nothing of ours",
    },
    Layer {
        package: "ore-schemas",
        may_use: &["ore-domain"],
        tests_may_use: &["ore-testkit"],
        reason: "schemas stand on the domain only",
    },
    Layer {
        package: "ore-services",
        may_use: &["ore-domain", "ore-security"],
        tests_may_use: &["ore-testkit"],
        reason: "services stand on the domain and security, and know neither HTTP nor a database",
    },
    Layer {
        package: "ore-persistence",
        may_use: &["ore-domain"],
        tests_may_use: &["ore-testkit"],
        reason: "persistence implements the domain's ports and knows nothing else",
    },
    Layer {
        package: "ore-settings",
        may_use: &["ore-domain", "ore-persistence", "ore-security"],
        tests_may_use: &[],
        reason: "settings know what they set: the database URL, hash parameters and algorithms",
    },
    Layer {
        package: "ore-telemetry",
        may_use: &["ore-domain", "ore-settings"],
        tests_may_use: &[],
        reason: "telemetry knows nothing of what it tells about",
    },
    Layer {
        package: "ore-workers",
        may_use: &["ore-domain", "ore-huge-pages", "ore-security", "ore-services", "ore-telemetry"],
        tests_may_use: &["ore-testkit"],
        reason: "the pools stand behind the ports of the domain and the services",
    },
    Layer {
        package: "ore-redis",
        may_use: &["ore-domain"],
        tests_may_use: &[],
        reason: "the connection to Redis knows nothing of what it is for",
    },
    Layer {
        package: "ore-limits",
        may_use: &[
            "ore-domain",
            "ore-persistence",
            "ore-redis",
            "ore-security",
            "ore-settings",
            "ore-telemetry",
            "ore-workers",
        ],
        tests_may_use: &["ore-testkit"],
        reason: "limits count calls and know neither HTTP nor a route",
    },
    Layer {
        package: "ore-external",
        may_use: &["ore-domain", "ore-services", "ore-telemetry"],
        tests_may_use: &[],
        reason: "the HTTP client implements a port of the services and knows nothing else",
    },
    Layer {
        package: "ore-cache",
        may_use: &["ore-domain", "ore-redis", "ore-services"],
        tests_may_use: &[],
        reason: "the caches implement a port of the services and know nothing else",
    },
    Layer {
        package: "ore-transport",
        may_use: &["ore-domain", "ore-settings", "ore-telemetry"],
        tests_may_use: &["ore-testkit"],
        reason: "transport carries requests and knows no route",
    },
    Layer {
        package: "ore-web",
        may_use: &[
            "ore-domain",
            "ore-limits",
            "ore-schemas",
            "ore-security",
            "ore-services",
            "ore-settings",
            "ore-telemetry",
            "ore-transport",
        ],
        tests_may_use: &["ore-testkit"],
        reason: "what every route stands on knows no route",
    },
    Layer {
        package: "ore-testkit",
        may_use: &["ore-domain", "ore-persistence", "ore-services"],
        tests_may_use: &[],
        reason: "the testkit stands on the ports and the store in memory, so that every layer can test with it",
    },
    Layer {
        package: "ore-api",
        may_use: &[
            "ore-domain",
            "ore-external",
            "ore-limits",
            "ore-persistence",
            "ore-schemas",
            "ore-security",
            "ore-services",
            "ore-settings",
            "ore-telemetry",
            "ore-transport",
            "ore-web",
            "ore-workers",
        ],
        tests_may_use: &["ore-redis", "ore-testkit"],
        reason: "the server joins all layers, and the testkit in its tests alone",
    },
    Layer {
        package: "ore-harness",
        may_use: &[],
        tests_may_use: &[],
        reason: "what chaos and bench share sees the service from outside alone",
    },
    Layer {
        package: "ore-chaos",
        may_use: &["ore-harness"],
        tests_may_use: &[],
        reason: "chaos sees the service from outside alone: as a process, by HTTP and in its database",
    },
    Layer {
        package: "ore-bench",
        may_use: &["ore-harness"],
        tests_may_use: &[],
        reason: "bench sees the service from outside alone: as a process, by HTTP and in its database",
    },
    Layer {
        package: "xtask",
        may_use: &[],
        tests_may_use: &[],
        reason: "xtask builds without the code that it checks",
    },
];

/// Packages from outside that not every layer may name in its manifest.
pub(crate) const RESERVED: &[Reserved] = &[
    Reserved {
        packages: &["actix-cors", "actix-http"],
        for_layers: &["ore-transport", "ore-web"],
        reason: "the core knows neither a web framework nor a runtime",
    },
    Reserved {
        packages: &["actix-web"],
        for_layers: &["ore-api", "ore-bench", "ore-external", "ore-transport", "ore-web"],
        reason: "the core knows neither a web framework nor a runtime; bench compares the server with a bare one, and \
                 the tests of the HTTP client call one",
    },
    Reserved {
        packages: &["tokio"],
        for_layers: &[
            "ore-api",
            "ore-bench",
            "ore-cache",
            "ore-chaos",
            "ore-external",
            "ore-harness",
            "ore-limits",
            "ore-redis",
            "ore-telemetry",
            "ore-transport",
            "ore-workers",
        ],
        reason: "the core knows neither a web framework nor a runtime",
    },
    Reserved {
        packages: &["diesel", "diesel_migrations", "libsqlite3-sys", "pq-sys", "r2d2"],
        for_layers: &["ore-persistence"],
        reason: "the database is behind the store ports",
    },
    Reserved {
        packages: &["opentelemetry", "opentelemetry-otlp", "opentelemetry_sdk", "tracing-opentelemetry"],
        for_layers: &["ore-telemetry"],
        reason: "how traces are told is nobody else's concern",
    },
    Reserved {
        packages: &["redis"],
        for_layers: &["ore-api", "ore-cache", "ore-limits", "ore-redis", "ore-settings"],
        reason: "the core knows no network",
    },
    Reserved {
        packages: &["reqwest"],
        for_layers: &["ore-api", "ore-external", "ore-telemetry"],
        reason: "calls to other services are behind ports; the server's tests call it as a client",
    },
    Reserved {
        packages: &["argon2", "jsonwebtoken"],
        for_layers: &["ore-security"],
        reason: "cryptography has one home",
    },
    Reserved {
        packages: &["anyhow"],
        for_layers: &["ore-api", "ore-bench", "ore-chaos", "ore-harness", "xtask"],
        reason: "each layer has an error type of its own, and only programs join them",
    },
];
