use std::rc::Rc;

use actix_service::{Service, ServiceFactory};
use futures_util::future::LocalBoxFuture;
use tokio::sync::OnceCell;

/// Makes a service once, for all who ask for it.
pub(super) struct Shared<F, S>(Rc<Inner<F, S>>);

struct Inner<F, S> {
    factory: F,
    service: OnceCell<Rc<S>>,
}

impl<F, S> Shared<F, S> {
    pub(super) fn new(factory: F) -> Self {
        Self(Rc::new(Inner { factory, service: OnceCell::new() }))
    }
}

impl<F, S> Clone for Shared<F, S> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<F, S, Request> ServiceFactory<Request> for Shared<F, S>
where
    F: ServiceFactory<Request, Service = S, Config = ()> + 'static,
    S: Service<Request, Response = F::Response, Error = F::Error> + 'static,
{
    type Response = F::Response;
    type Error = F::Error;
    type Config = ();
    type Service = Rc<S>;
    type InitError = F::InitError;
    type Future = LocalBoxFuture<'static, Result<Rc<S>, F::InitError>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let Self(inner) = self.clone();
        Box::pin(async move {
            let service =
                inner.service.get_or_try_init(async || inner.factory.new_service(()).await.map(Rc::new)).await?;
            Ok(Rc::clone(service))
        })
    }
}
