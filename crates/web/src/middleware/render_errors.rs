use std::error::Error as StdError;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use ore_errors::{
    ApiError, ErrorPages, HttpError, PAGE_SECURITY_POLICY, Problem, is_oauth, is_page, render, render_oauth,
};

use crate::context::RequestContext;
use crate::state::ApiState;

/// Writes the body of an error, in the language of the request or in the form of OAuth, and logs the cause.
pub(super) fn render_errors(state: &ApiState, response: ServiceResponse) -> ServiceResponse {
    if !needs_envelope(response.response()) {
        return response;
    }
    let (request, response) = response.into_parts();
    let context = RequestContext::of(&request);
    let locale = context.as_ref().map_or(state.default_locale, |context| context.locale);
    let request_id = context.as_ref().map_or("", |context| context.id());
    let of_framework = of_framework(&response);
    let ours = response.error().and_then(|error| error.as_error::<ApiError>());
    let error = ours.unwrap_or(&of_framework);
    log(error, response.status());
    if let Some(pages) = error_pages(&request) {
        let html = pages.render(error, &request);
        return ServiceResponse::new(request, with_page(response, html));
    }
    let route = context.as_ref().and_then(|context| context.route(&request));
    let body = if route.is_some_and(|route| is_oauth(&route)) {
        render_oauth(error, &state.catalogue).map(|body| serde_json::to_string(&body))
    } else {
        render(error, &state.catalogue, locale, state.clock.now(), request_id).map(|body| serde_json::to_string(&body))
    };
    ServiceResponse::new(request, with_body(response, body.and_then(Result::ok)))
}

/// The writer of error pages, if the service has pages and the request is for one. The path decides, because the
/// request may not have reached a route.
fn error_pages(request: &HttpRequest) -> Option<&Data<dyn ErrorPages>> {
    let pages = request.app_data::<Data<dyn ErrorPages>>()?;
    is_page(request.path()).then_some(pages)
}

fn with_page(response: HttpResponse, html: String) -> HttpResponse {
    let mut response = response.set_body(BoxBody::new(html));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_SECURITY_POLICY));
    response
}

fn with_body(response: HttpResponse, body: Option<String>) -> HttpResponse {
    let has_body = body.is_some();
    let mut response = response.set_body(BoxBody::new(body.unwrap_or_default()));
    if has_body {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// An endpoint may write the body of an error by itself if an RFC defines it.
fn needs_envelope(response: &HttpResponse) -> bool {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let has_body = !matches!(response.body().size(), BodySize::None | BodySize::Sized(0));
    is_error && (response.error().is_some() || !has_body)
}

/// The error for an answer that a library made by itself.
fn of_framework(response: &HttpResponse) -> ApiError {
    let status = response.status();
    match (Problem::of_status(status), response.error()) {
        (Some(problem), Some(error)) => ApiError::caused(problem, error.to_string()),
        (Some(problem), None) => problem.into(),
        (None, _) => HttpError::new(status, status.canonical_reason().unwrap_or_default()).into(),
    }
}

/// Logs the cause once. Clients never see it.
fn log(error: &ApiError, status: StatusCode) {
    let exception = error.cause().map(chain);
    let code = status.as_u16();
    match error {
        ApiError::Panicked => {}
        _ if status == StatusCode::SERVICE_UNAVAILABLE => {
            tracing::warn!(status = code, exception, "The request could not be served");
        }
        _ if status.is_server_error() => tracing::error!(status = code, exception, "The request failed: {error}"),
        _ => tracing::debug!(status = code, exception, "The request was refused: {error}"),
    }
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
