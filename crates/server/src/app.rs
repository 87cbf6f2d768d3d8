use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::Condition;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error};
use ore_api::routes;
use ore_domain::AllowedOrigins;
use ore_errors::ErrorPages;
use ore_limits::CredentialLimits;
use ore_openapi::documentation::Site;
use ore_services::ExternalApi;
use ore_services::Services;
use ore_telemetry::metrics::Metrics;
use ore_web::middleware::{Observer, Pipeline, cors};
use ore_web::state::ApiState;
use ore_web::traced_request::TracedRequest;
use tracing_actix_web::TracingLogger;

use crate::first_admin::FirstAdmin;

/// The parts of the application. Each worker builds its application from the same parts.
#[derive(Clone)]
pub struct Parts {
    /// State that never changes.
    pub state: Data<ApiState>,
    /// The use cases.
    pub services: Data<Services>,
    /// How often clients may present credentials.
    pub credential_limits: Data<CredentialLimits>,
    /// The account that is there before any other.
    pub first_admin: Arc<FirstAdmin>,
    /// The external service, where one is configured.
    pub external_api: Option<Data<dyn ExternalApi>>,
    /// The series of the process.
    pub metrics: Data<Metrics>,
    /// The pages for developers, where they are wanted.
    pub documentation: Option<Data<Site>>,
    /// The pages for people, where they are wanted.
    pub pages: Option<Arc<ore_pages::Site>>,
    /// The origins of web pages that may call.
    pub origins: AllowedOrigins,
    /// Whether headers are logged.
    pub log_headers: bool,
}

/// The application with these routes.
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
    let state = Data::new(ApiState::clone(&parts.state));
    let sends_traces = state.sends_traces;
    let observer = Observer::new(state.clone(), parts.metrics.clone(), parts.log_headers);
    App::new()
        .app_data(state)
        .app_data(parts.services)
        .app_data(parts.credential_limits)
        .app_data(Data::new(parts.first_admin.reset_hook()))
        .app_data(parts.metrics)
        .configure(|config| {
            if let Some(documentation) = parts.documentation {
                config.app_data(documentation);
            }
            if let Some(pages) = parts.pages {
                config.app_data(Data::from(Arc::clone(&pages)));
                config.app_data(Data::from(pages as Arc<dyn ErrorPages>));
            }
            if let Some(external_api) = parts.external_api {
                config.app_data(external_api);
            }
        })
        .configure(routes)
        .default_service(web::to(routes::not_found))
        .wrap(Pipeline::new(observer, cors(&parts.origins)))
        .wrap(Condition::new(sends_traces, TracingLogger::<TracedRequest>::new()))
}
