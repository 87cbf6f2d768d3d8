use std::error::Error as StdError;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use crate::context::RequestContext;
use crate::error::{ApiError, Problem, render};
use crate::state::ApiState;

/// Writes the envelope of every error, in the language of the request, and its cause into the log.
pub(crate) async fn render_errors(
    state: Data<ApiState>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = next.call(request).await?.map_into_boxed_body();
    if !response.status().is_client_error() && !response.status().is_server_error() {
        return Ok(response);
    }
    let (request, response) = response.into_parts();
    let context = RequestContext::of(&request);
    let locale = context.as_ref().map_or(state.default_locale, |context| context.locale);
    let request_id = context.as_ref().map_or("", |context| context.id.as_str());
    let of_framework = of_framework(&response);
    let ours = response.error().and_then(|error| error.as_error::<ApiError>());
    let error = ours.unwrap_or(&of_framework);
    log(error, response.status());
    let body = render(error, &state.catalogue, locale, state.clock.now(), request_id);
    Ok(ServiceResponse::new(request, with_body(response, body.as_ref())))
}

fn with_body(response: HttpResponse, body: Option<&ore_schemas::ErrorResponse>) -> HttpResponse {
    let text = body.and_then(|body| serde_json::to_string(body).ok()).unwrap_or_default();
    let mut response = response.set_body(BoxBody::new(text));
    if body.is_some() {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// What stands for an answer that a library made by itself.
fn of_framework(response: &HttpResponse) -> ApiError {
    let problem = Problem::of_status(response.status());
    match response.error() {
        Some(error) => ApiError::caused(problem, error.to_string()),
        None => problem.into(),
    }
}

/// The cause goes to the log once and never to the client.
fn log(error: &ApiError, status: StatusCode) {
    let exception = error.cause().map(chain);
    let status = status.as_u16();
    match status {
        500 => tracing::error!(status, exception, "The request failed"),
        503 => tracing::warn!(status, exception, "The request could not be served for the moment"),
        _ => tracing::debug!(status, exception, "The request was refused: {error}"),
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
