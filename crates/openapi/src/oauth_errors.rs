use std::collections::BTreeMap;

use ore_errors::messages::Catalogue;
use ore_errors::{ApiError, OAuthProblem, Problem, is_oauth, render_oauth};
use ore_schemas::OAuthErrorResponse;
use utoipa::ToSchema;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};

use crate::error_examples::shown_by;
use crate::operations::{operations, responses};

const INVALID_REQUEST: OAuthProblem = OAuthProblem::MissingParameter("token");

/// Gives the errors of the endpoints of OAuth the form of RFC 6749.
pub(crate) fn rewrite(document: &mut OpenApi, catalogue: &Catalogue) {
    let mut examples: BTreeMap<String, RefOr<Example>> = BTreeMap::new();
    for (path, operation) in operations(document).filter(|(path, _)| is_oauth(path)) {
        let path = path.to_owned();
        for (status, response) in responses(operation) {
            let errors = shown_by(response).into_iter().flat_map(|problem| errors_of(problem, &path));
            let bodies: Vec<_> = errors.filter_map(|error| render_oauth(&error, catalogue)).collect();
            if !bodies.is_empty() {
                describe(response, status, &bodies);
            }
            for body in bodies {
                examples.insert(name(status, &body), example(&body).into());
            }
        }
    }
    document.components.get_or_insert_default().examples.extend(examples);
}

/// The OAuth errors for a row of the table of problems.
fn errors_of(problem: Problem, path: &str) -> Vec<ApiError> {
    let own: &[OAuthProblem] = match (problem, path) {
        (Problem::Unauthorized, _) => &[OAuthProblem::InvalidClient],
        (Problem::BadRequest, "/oauth/token") => &[
            INVALID_REQUEST,
            OAuthProblem::InvalidGrant,
            OAuthProblem::InvalidScope,
            OAuthProblem::InvalidTarget,
            OAuthProblem::UnsupportedGrantType,
        ],
        (Problem::BadRequest, "/oauth/revoke") => &[INVALID_REQUEST, OAuthProblem::UnsupportedTokenType],
        (Problem::BadRequest, _) => &[INVALID_REQUEST],
        (other, _) => return vec![other.into()],
    };
    own.iter().map(|problem| ApiError::from(*problem)).collect()
}

fn describe(response: &mut Response, status: &str, bodies: &[OAuthErrorResponse]) {
    let mut content = Content::new(Some(Ref::from_schema_name(OAuthErrorResponse::name())));
    let reference =
        |body| (name(status, body), RefOr::Ref(Ref::new(format!("#/components/examples/{}", name(status, body)))));
    content.examples = bodies.iter().map(reference).collect();
    response.content.insert("application/json".to_owned(), content.into());
    let phrase = response.description.split(':').next().unwrap_or_default().to_owned();
    let mut codes: Vec<&str> = bodies.iter().map(|body| body.error.as_str()).collect();
    codes.dedup();
    response.description = format!("{phrase}: `{}`", codes.join("`, `"));
}

fn name(status: &str, body: &OAuthErrorResponse) -> String {
    format!("{}_{status}", body.error)
}

fn example(body: &OAuthErrorResponse) -> Example {
    ExampleBuilder::new().summary(&body.error_description).value(serde_json::to_value(body).ok()).build()
}
