use std::future::{Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{Request, Response};
use ore_verifier::{Caller, Refusal};
use tower_layer::Layer;
use tower_service::Service;

use crate::rejection::answer;

/// A tower layer behind [`VerifierLayer`](crate::VerifierLayer) that refuses callers who lack this permission.
pub const fn require(permission: &'static str) -> RequireLayer {
    RequireLayer { permission }
}

/// The layer of [`require()`].
#[derive(Debug, Clone, Copy)]
pub struct RequireLayer {
    permission: &'static str,
}

impl<S> Layer<S> for RequireLayer {
    type Service = RequireService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        RequireService { permission: self.permission, inner }
    }
}

/// The service of [`RequireLayer`].
#[derive(Debug, Clone)]
pub struct RequireService<S> {
    permission: &'static str,
    inner: S,
}

impl<S, I, O> Service<Request<I>> for RequireService<S>
where
    S: Service<Request<I>, Response = Response<O>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    O: Default + Send + 'static,
{
    type Response = Response<O>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<I>) -> Self::Future {
        match permit(request.extensions().get(), self.permission) {
            Ok(()) => Box::pin(self.inner.call(request)),
            Err(refusal) => {
                let refused: Ready<Result<_, S::Error>> = ready(Ok(answer(&refusal)));
                Box::pin(refused)
            }
        }
    }
}

fn permit(caller: Option<&Caller>, permission: &str) -> Result<(), Refusal> {
    Ok(caller.ok_or(Refusal::MissingToken)?.require(permission)?)
}
