use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use actix_web::http::StatusCode;
use ore_errors::{DeclaresProblems, Problem};
use ore_schemas::ErrorResponse;
use ore_settings::Settings;
use ore_web::probes::is_probe;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response};
use utoipa::{IntoResponses, ToSchema};

use crate::operations::{operation_of, operations};
use crate::{ApiSection, error_examples};

/// The error answers of an operation whose parts are `T`, with those that every operation gives.
pub struct ErrorResponses<T>(PhantomData<T>);

/// Middleware refuses these before any route is asked, and every handler may fail.
const BY_EVERY_OPERATION: [Problem; 4] =
    [Problem::BadRequest, Problem::UnsupportedMediaType, Problem::HeadTooLarge, Problem::InternalError];

impl<T: DeclaresProblems> IntoResponses for ErrorResponses<T> {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let mut by_status: BTreeMap<StatusCode, Vec<Problem>> = BTreeMap::new();
        for problem in T::problems().into_iter().chain(BY_EVERY_OPERATION) {
            let problems = by_status.entry(problem.status()).or_default();
            if !problems.contains(&problem) {
                problems.push(problem);
            }
        }
        let respond = |(status, problems): (StatusCode, Vec<Problem>)| {
            (status.as_str().to_owned(), response(status, &problems).into())
        };
        by_status.into_iter().map(respond).collect()
    }
}

/// Adds what middleware refuses where settings say so; the probes pass it.
pub(crate) fn add_what_settings_refuse(document: &mut OpenApi, settings: &Settings) {
    let refusals =
        [(settings.server.require_https, Problem::HttpsRequired), (settings.limits.enabled, Problem::RateLimited)];
    for (_, operation) in operations(document).filter(|(path, _)| !is_probe(path)) {
        for (_, problem) in refusals.iter().filter(|(is_active, _)| *is_active) {
            add(operation, *problem);
        }
    }
}

/// Adds that users who must get a second factor are refused, where settings name such users.
pub(crate) fn add_enrolment(document: &mut OpenApi, sections: &[ApiSection], settings: &Settings) {
    if settings.accounts.require_mfa.is_empty() {
        return;
    }
    for endpoint in sections.iter().flat_map(|section| (section.endpoints)()) {
        let Some(item) = document.paths.paths.get_mut(endpoint.path()) else { continue };
        for method in endpoint.methods().iter().filter(|method| !endpoint.is_open_for_enrolment(method)) {
            // Clients of OAuth are no users.
            let operation = operation_of(item, method).filter(|it| it.security.is_some());
            if let Some(operation) = operation.filter(|_| endpoint.path().starts_with("/api/")) {
                add(operation, Problem::MfaEnrolmentRequired);
            }
        }
    }
}

fn add(operation: &mut Operation, problem: Problem) {
    let status = problem.status();
    let mut problems = match operation.responses.responses.get(status.as_str()) {
        Some(RefOr::T(response)) => error_examples::shown_by(response),
        _ => Vec::new(),
    };
    if !problems.contains(&problem) {
        problems.push(problem);
    }
    operation.responses.responses.insert(status.as_str().to_owned(), response(status, &problems).into());
}

fn response(status: StatusCode, problems: &[Problem]) -> Response {
    let mut response = Response::new(description(status, problems));
    if !problems.contains(&Problem::HeadTooLarge) {
        let mut content = Content::new(Some(Ref::from_schema_name(ErrorResponse::name())));
        content.examples = problems.iter().map(|problem| error_examples::reference(*problem)).collect();
        response.content.insert("application/json".to_owned(), content.into());
    }
    response
}

/// The words of the status, then the code or the reason that programs find in the body.
fn description(status: StatusCode, problems: &[Problem]) -> String {
    let phrase = status.canonical_reason().unwrap_or_default();
    if problems.contains(&Problem::HeadTooLarge) {
        return format!("{phrase}, without a body");
    }
    let names: BTreeSet<_> = problems.iter().map(|problem| problem.reason().unwrap_or(problem.error_code())).collect();
    format!("{phrase}: `{}`", names.into_iter().collect::<Vec<_>>().join("`, `"))
}
