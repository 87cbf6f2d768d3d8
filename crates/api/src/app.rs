use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, Condition, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error};
use tracing_actix_web::TracingLogger;

use crate::documentation::Site;
use crate::limits::CredentialLimits;
use crate::metrics::Metrics;
use crate::middleware::{
    cors, limit_by_address, log_headers, observe, refuse_plain_http, refuse_plain_preflights, refuse_unsafe_requests,
    render_errors, response_headers, spare_small_bodies,
};
use crate::routes;
use crate::services::Services;
use crate::settings::AllowedOrigins;
use crate::state::ApiState;
use crate::telemetry::RequestSpan;

/// What the application is made of; each worker makes one from the same parts.
#[derive(Clone)]
pub struct Parts {
    /// What never changes.
    pub state: Data<ApiState>,
    /// The use cases.
    pub services: Data<Services>,
    /// How often clients may present credentials.
    pub credential_limits: Data<CredentialLimits>,
    /// The series of the process.
    pub metrics: Data<Metrics>,
    /// The pages for developers, where they are wanted.
    pub documentation: Option<Data<Site>>,
    /// Who may call from a browser.
    pub origins: AllowedOrigins,
    /// Whether headers are logged.
    pub log_headers: bool,
}

/// The application with these routes.
///
/// A request passes the wraps from the last to the first: it is observed, gets its span, and its response gets its
/// headers and is compressed; errors are rendered inside of that, so that they get the same.
pub fn app(
    parts: Parts,
    routes: impl FnOnce(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(parts.state)
        .app_data(parts.services)
        .app_data(parts.credential_limits)
        .app_data(parts.metrics)
        .configure(|config| {
            if let Some(documentation) = parts.documentation {
                config.app_data(documentation);
            }
        })
        .configure(routes)
        .default_service(web::to(routes::not_found))
        .wrap(from_fn(refuse_unsafe_requests))
        // Inside CORS, so that pages of other origins can read why they are refused.
        .wrap(from_fn(limit_by_address))
        .wrap(from_fn(refuse_plain_http))
        .wrap(cors(&parts.origins))
        .wrap(from_fn(refuse_plain_preflights))
        .wrap(from_fn(render_errors))
        .wrap(from_fn(spare_small_bodies))
        .wrap(Compress::default())
        .wrap(from_fn(response_headers))
        .wrap(Condition::new(parts.log_headers, from_fn(log_headers)))
        .wrap(TracingLogger::<RequestSpan>::new())
        .wrap(from_fn(observe))
}
