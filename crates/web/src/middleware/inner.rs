use actix_cors::CorsMiddleware;
use actix_service::Service;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ORIGIN;

use super::admit::Gate;

/// The service inside the observer.
pub(super) struct Inner<S> {
    pub(super) gate: Gate<S>,
    pub(super) cors: CorsMiddleware<Gate<S>>,
}

impl<S, B> Inner<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    /// CORS is for requests that name an origin (Fetch Standard); only browsers send those.
    pub(super) async fn call(&self, request: ServiceRequest) -> Result<ServiceResponse, Error> {
        if request.headers().contains_key(ORIGIN) {
            Ok(self.cors.call(request).await?.map_into_boxed_body())
        } else {
            self.gate.admit(request).await
        }
    }
}
