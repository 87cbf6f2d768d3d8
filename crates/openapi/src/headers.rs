use std::collections::BTreeSet;

use ore_errors::is_oauth;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Response};

use crate::operations::{operations, responses};

struct DescribedHeader {
    name: &'static str,
    description: &'static str,
    example: &'static str,
    value: Type,
    is_sent: fn(path: &str, status: &str) -> bool,
}

pub(crate) const ETAG: &str = "ETag";
pub(crate) const IDEMPOTENCY_REPLAYED: &str = "Idempotency-Replayed";

/// The headers that callers can make use of.
const HEADERS: [DescribedHeader; 10] = [
    DescribedHeader {
        name: "X-Request-ID",
        description: "Ties the answer to the lines of the log: the request's own, when it is 1 to 128 of \
                      `[A-Za-z0-9._-]`, else a new one.",
        example: "01a2041e-213a-73b5-8e99-f9bd446c72db",
        value: Type::String,
        is_sent: by_us,
    },
    DescribedHeader {
        name: "X-Process-Time",
        description: "Seconds that the service took.",
        example: "0.001532",
        value: Type::Number,
        is_sent: by_us,
    },
    DescribedHeader {
        name: "Cache-Control",
        description: "Answers about accounts are kept by nobody (RFC 9111, 5.2.2.5).",
        example: "no-store",
        value: Type::String,
        is_sent: |path, status| {
            let personal = ["auth/", "users", "roles", "audit", "api-keys", "service-accounts"];
            let is_personal = |path: &str| personal.iter().any(|rest| path.starts_with(rest));
            by_us(path, status) && (is_oauth(path) || path.strip_prefix("/api/v1/").is_some_and(is_personal))
        },
    },
    DescribedHeader {
        name: "Location",
        description: "Where the new thing is from now on, as seen from the path of the request (RFC 9110, 15.3.2).",
        example: "things/1",
        value: Type::String,
        is_sent: |_, status| status == "201",
    },
    DescribedHeader {
        name: ETAG,
        description: "What a change of this needs in `If-Match` (RFC 9110, 8.8.3).",
        example: "\"bGFzdCByZXZpc2lvbg\"",
        value: Type::String,
        is_sent: only_where_named,
    },
    DescribedHeader {
        name: IDEMPOTENCY_REPLAYED,
        description: "`true` where an earlier call with the same `Idempotency-Key` got this answer.",
        example: "true",
        value: Type::Boolean,
        is_sent: only_where_named,
    },
    DescribedHeader {
        name: "WWW-Authenticate",
        description: "`Bearer` without credentials, with `error=\"invalid_token\"` after bad ones (RFC 6750, 3).",
        example: "Bearer error=\"invalid_token\"",
        value: Type::String,
        is_sent: |_, status| status == "401",
    },
    DescribedHeader {
        name: "Retry-After",
        description: "Seconds to wait before the next attempt (RFC 9110, 10.2.3).",
        example: "1",
        value: Type::Integer,
        is_sent: |_, status| matches!(status, "429" | "503"),
    },
    DescribedHeader {
        name: "RateLimit-Policy",
        description: "The limit that was passed: `q` requests at once, all of them again after `w` seconds of rest \
                      (draft-ietf-httpapi-ratelimit-headers-09, 3).",
        example: "\"general\";q=2000;w=2",
        value: Type::String,
        is_sent: |_, status| status == "429",
    },
    DescribedHeader {
        name: "RateLimit",
        description: "How many requests the limit leaves, and in how many seconds there are more \
                      (draft-ietf-httpapi-ratelimit-headers-09, 4).",
        example: "\"general\";r=0;t=1",
        value: Type::String,
        is_sent: |_, status| status == "429",
    },
];

/// The parser may refuse a head that is too large, before our code sees the request.
fn by_us(_: &str, status: &str) -> bool {
    status != "431"
}

/// Which operations send it depends on more than that.
fn only_where_named(_: &str, _: &str) -> bool {
    false
}

/// Names a header of a response.
pub(crate) fn refer_to(response: &mut Response, header: &'static str) {
    let reference = Ref::new(format!("#/components/headers/{header}"));
    response.headers.insert(header.to_owned(), RefOr::Ref(reference));
}

/// Describes each header that is sent once, and names it wherever that is.
pub(crate) fn add(document: &mut OpenApi) {
    let mut sent = BTreeSet::new();
    for (path, operation) in operations(document) {
        let path = path.to_owned();
        for (status, response) in responses(operation) {
            let sent_here = HEADERS.iter().filter(|header| (header.is_sent)(&path, status));
            sent_here.for_each(|header| refer_to(response, header.name));
            sent.extend(response.headers.keys().cloned());
        }
    }
    let components = document.components.get_or_insert_default();
    let described_headers = HEADERS.iter().filter(|header| sent.contains(header.name));
    components.headers.extend(described_headers.map(|header| (header.name.to_owned(), described(header).into())));
}

fn described(header: &DescribedHeader) -> Header {
    let example = match header.value {
        Type::String => header.example.into(),
        _ => serde_json::from_str(header.example).unwrap_or_default(),
    };
    HeaderBuilder::new()
        .schema(Some(ObjectBuilder::new().schema_type(header.value.clone())))
        .description(Some(header.description))
        .example(Some(example))
        .build()
}
