use std::collections::BTreeSet;

use ore_errors::Problem;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, PathItem, RefOr, Required, Response};

use crate::error_examples::shown_by;
use crate::headers::{ETAG, IDEMPOTENCY_REPLAYED, refer_to};
use crate::operations::{operations_of, responses};

struct RequestHeader {
    name: &'static str,
    description: &'static str,
    example: &'static str,
    required: Required,
    lengths: Option<(usize, usize)>,
}

const IF_MATCH: RequestHeader = RequestHeader {
    name: "If-Match",
    description: "The `ETag` of what is meant, or `*` for whatever is there (RFC 9110, 13.1.1).",
    example: "*",
    required: Required::True,
    lengths: None,
};

const IF_NONE_MATCH: RequestHeader = RequestHeader {
    name: "If-None-Match",
    description: "The `ETag` of what the client has, which is not sent again (RFC 9110, 13.1.2).",
    example: "\"bGFzdCByZXZpc2lvbg\"",
    required: Required::False,
    lengths: None,
};

const IDEMPOTENCY_KEY: RequestHeader = RequestHeader {
    name: "Idempotency-Key",
    description: "Chosen by the client: a call with the key and the body of an earlier one gets its answer, for 24 hours \
                  (draft-ietf-httpapi-idempotency-key-header-07).",
    example: "8e03978e-40d5-43dd-bc93-6894a57f9324",
    required: Required::False,
    lengths: Some((1, 255)),
};

/// Names the headers of requests where operations refuse a call because of them, and what they change in the answers.
pub(crate) fn add(document: &mut OpenApi) {
    let paths = &mut document.paths.paths;
    let tagged: BTreeSet<String> =
        paths.iter_mut().filter_map(|(path, item)| is_tagged(item).then(|| path.clone())).collect();
    for (path, item) in paths {
        let makes_tagged = tagged.iter().any(|it| it.strip_prefix(path).is_some_and(is_one_parameter));
        for operation in operations_of(item) {
            if refuses(operation, Problem::CallRunning) {
                take(operation, &IDEMPOTENCY_KEY);
                for header in [Some(IDEMPOTENCY_REPLAYED), makes_tagged.then_some(ETAG)].into_iter().flatten() {
                    send(operation, "201", header);
                }
            }
            if refuses(operation, Problem::PreconditionRequired) {
                take(operation, &IF_MATCH);
            }
        }
        let is_tagged = tagged.contains(path);
        if let Some(operation) = item.patch.as_mut().filter(|_| is_tagged) {
            send(operation, "200", ETAG);
        }
        if let Some(operation) = item.get.as_mut().filter(|it| is_tagged || it.responses.responses.contains_key("304"))
        {
            answer_not_modified(operation);
        }
    }
}

/// Whether something is there whose changes need its `ETag`.
fn is_tagged(item: &mut PathItem) -> bool {
    operations_of(item).any(|operation| refuses(operation, Problem::PreconditionRequired))
}

fn is_one_parameter(rest: &str) -> bool {
    rest.starts_with("/{") && rest.ends_with('}') && !rest[1..].contains('/')
}

fn refuses(operation: &mut Operation, problem: Problem) -> bool {
    responses(operation).any(|(_, response)| shown_by(response).contains(&problem))
}

fn answer_not_modified(operation: &mut Operation) {
    take(operation, &IF_NONE_MATCH);
    let response = Response::new("Not Modified: the client has what is there");
    operation.responses.responses.insert("304".to_owned(), RefOr::T(response));
    for status in ["200", "304"] {
        send(operation, status, ETAG);
    }
}

fn send(operation: &mut Operation, status: &str, header: &'static str) {
    responses(operation).filter(|(it, _)| *it == status).for_each(|(_, response)| refer_to(response, header));
}

fn take(operation: &mut Operation, header: &RequestHeader) {
    operation.parameters.get_or_insert_default().push(parameter(header).into());
}

fn parameter(header: &RequestHeader) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    let schema = match header.lengths {
        Some((least, most)) => schema.min_length(Some(least)).max_length(Some(most)),
        None => schema,
    };
    ParameterBuilder::new()
        .name(header.name)
        .parameter_in(ParameterIn::Header)
        .required(header.required.clone())
        .description(Some(header.description))
        .schema(Some(schema))
        .example(Some(header.example.into()))
        .build()
}
