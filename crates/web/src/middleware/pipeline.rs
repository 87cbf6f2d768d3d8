use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_cors::Cors;
use actix_service::{Service, Transform};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};

use super::admit::Gate;
use super::inner::Inner;
use super::observe::Observer;

/// Our middleware around the routes of one worker: [`Observer`] around CORS around `Gate`.
///
/// It is one layer, because each layer of an application costs every request a future on the heap.
pub struct Pipeline {
    observer: Rc<Observer>,
    cors: Cors,
}

/// The layer around a service.
pub struct PipelineService<S> {
    observer: Rc<Observer>,
    inner: Rc<Inner<S>>,
}

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

impl Pipeline {
    /// A pipeline that answers browsers of other origins as `cors` does.
    pub fn new(observer: Observer, cors: Cors) -> Self {
        Self { observer: Rc::new(observer), cors }
    }
}

impl<S, B> Transform<S, ServiceRequest> for Pipeline
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type InitError = ();
    type Transform = PipelineService<S>;
    type Future = LocalFuture<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        let observer = Rc::clone(&self.observer);
        let gate = Gate::before(service, observer.state.clone(), observer.metrics.clone());
        let cors = self.cors.new_transform(gate.clone());
        Box::pin(async { Ok(PipelineService { observer, inner: Rc::new(Inner { gate, cors: cors.await? }) }) })
    }
}

impl<S, B> Service<ServiceRequest> for PipelineService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse;
    type Error = Error;
    type Future = LocalFuture<Result<ServiceResponse, Error>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.gate.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (observer, inner) = (Rc::clone(&self.observer), Rc::clone(&self.inner));
        Box::pin(async move { observer.observe(request, &inner).await })
    }
}
