use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr};

use super::operations::{operations, responses};

struct Described {
    name: &'static str,
    description: &'static str,
    example: &'static str,
    is_sent: fn(path: &str, status: &str) -> bool,
}

/// The headers that callers can make use of.
const HEADERS: [Described; 7] = [
    Described {
        name: "X-Request-ID",
        description: "Ties the answer to the lines of the log: the request's own, when it is 1 to 128 of \
                      `[A-Za-z0-9._-]`, else a new one.",
        example: "01a2041e-213a-73b5-8e99-f9bd446c72db",
        is_sent: |_, _| true,
    },
    Described {
        name: "X-Process-Time",
        description: "Seconds that the service took.",
        example: "0.001532",
        is_sent: |_, _| true,
    },
    Described {
        name: "Cache-Control",
        description: "Answers about accounts are kept by nobody (RFC 9111, 5.2.2.5).",
        example: "no-store",
        is_sent: |path, _| path.starts_with("/api/v1/auth/"),
    },
    Described {
        name: "WWW-Authenticate",
        description: "`Bearer` without credentials, with `error=\"invalid_token\"` after bad ones (RFC 6750, 3).",
        example: "Bearer error=\"invalid_token\"",
        is_sent: |_, status| status == "401",
    },
    Described {
        name: "Retry-After",
        description: "Seconds to wait before the next attempt (RFC 9110, 10.2.3).",
        example: "1",
        is_sent: |_, status| matches!(status, "429" | "503"),
    },
    Described {
        name: "RateLimit-Policy",
        description: "The limit that was passed: `q` requests at once, all of them again after `w` seconds of rest \
                      (draft-ietf-httpapi-ratelimit-headers-09, 3).",
        example: "\"general\";q=1000;w=10",
        is_sent: |_, status| status == "429",
    },
    Described {
        name: "RateLimit",
        description: "How many requests the limit leaves, and in how many seconds there are more \
                      (draft-ietf-httpapi-ratelimit-headers-09, 4).",
        example: "\"general\";r=0;t=1",
        is_sent: |_, status| status == "429",
    },
];

/// Describes each header once and names it wherever it is sent.
pub(super) fn add(document: &mut OpenApi) {
    for (path, operation) in operations(document) {
        let path = path.to_owned();
        for (status, response) in responses(operation) {
            for header in HEADERS.iter().filter(|header| (header.is_sent)(&path, status)) {
                let reference = Ref::new(format!("#/components/headers/{}", header.name));
                response.headers.insert(header.name.to_owned(), RefOr::Ref(reference));
            }
        }
    }
    let components = document.components.get_or_insert_default();
    components.headers.extend(HEADERS.iter().map(|header| (header.name.to_owned(), described(header).into())));
}

fn described(header: &Described) -> Header {
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .description(Some(header.description))
        .example(Some(header.example.into()))
        .build()
}
