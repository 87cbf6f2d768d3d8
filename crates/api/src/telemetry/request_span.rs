use std::rc::Rc;

use actix_web::Error;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use tracing::Span;
use tracing::field::Empty;
use tracing_actix_web::RootSpanBuilder;

use crate::context::RequestContext;

/// The span around a request, and the line of the access log at its end.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    /// At the highest level, so that lines of every level within it carry the ids.
    fn on_request_start(request: &ServiceRequest) -> Span {
        let extensions = request.extensions();
        let id = extensions.get::<Rc<RequestContext>>().map_or("", |context| context.id.as_str());
        tracing::error_span!("request", request_id = id, user_id = Empty)
    }

    fn on_request_end<B: MessageBody>(_: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(response) = outcome else { return };
        let request = response.request();
        let Some(context) = RequestContext::of(request) else { return };
        let (method, path, status) = (request.method().as_str(), request.path(), response.status().as_u16());
        let duration = context.started.elapsed().as_secs_f64();
        let client = context.client.map(|address| address.to_string());
        tracing::info!(method, path, status, duration, client, "{method} {path} - {duration:.4}s");
    }
}
