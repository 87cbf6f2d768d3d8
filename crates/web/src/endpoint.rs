use std::rc::Rc;

use actix_web::dev::{HttpServiceFactory, ServiceRequest};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, guard, web};
use guard::Guard;
use ore_errors::ApiError;

use crate::middleware::enter_route;

/// One path with its methods: answers 405 with `Allow` for the others, `HEAD` wherever it answers `GET`, and 500 for a
/// panic.
pub struct Endpoint {
    path: String,
    resource: Resource,
    methods: Vec<Method>,
    for_enrolment: Vec<Method>,
}

#[allow(clippy::disallowed_methods, reason = "this is where routes are made")]
impl Endpoint {
    /// The path, with `{name}` for what varies.
    pub fn at(path: &str) -> Self {
        Self { path: path.to_owned(), resource: web::resource(path), methods: Vec::new(), for_enrolment: Vec::new() }
    }

    /// The path, as [`Endpoint::at`] was given it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether something in the path varies.
    pub fn has_parameters(&self) -> bool {
        self.path.contains('{')
    }

    /// The methods that it answers with more than a refusal.
    pub fn methods(&self) -> &[Method] {
        &self.methods
    }

    /// Whether [`Endpoint::open_for_enrolment`] was said of this method.
    pub fn is_open_for_enrolment(&self, method: &Method) -> bool {
        self.for_enrolment.contains(method)
    }

    /// Serves users, too, who have to get a second factor before they may do anything else, with the methods so far.
    #[must_use]
    pub fn open_for_enrolment(self) -> Self {
        Self { for_enrolment: self.methods.clone(), ..self }
    }

    /// Is there for the requests that pass the guard; to others the path is none, whatever their method.
    #[must_use]
    pub fn only_for(self, guard: impl Guard + 'static) -> Self {
        Self { resource: self.resource.guard(guard), ..self }
    }

    /// Answers `GET` and `HEAD`.
    #[must_use]
    pub fn get<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler);
        self.methods.extend([Method::GET, Method::HEAD]);
        Self { resource: self.resource.route(route), ..self }
    }

    /// Answers `POST`.
    #[must_use]
    pub fn post<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::POST);
        Self { resource: self.resource.route(web::post().to(handler)), ..self }
    }

    /// Answers `PUT`.
    #[must_use]
    pub fn put<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::PUT);
        Self { resource: self.resource.route(web::put().to(handler)), ..self }
    }

    /// Answers `PATCH`.
    #[must_use]
    pub fn patch<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::PATCH);
        Self { resource: self.resource.route(web::patch().to(handler)), ..self }
    }

    /// Answers `DELETE`.
    #[must_use]
    pub fn delete<F, Args>(mut self, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push(Method::DELETE);
        Self { resource: self.resource.route(web::delete().to(handler)), ..self }
    }

    /// For registering with the application.
    pub fn finish(self) -> impl HttpServiceFactory + 'static {
        let methods = self.methods;
        let refuse = web::to(move || {
            let error = ApiError::MethodNotAllowed(methods.clone());
            async move { Err::<HttpResponse, _>(error) }
        });
        let route: Rc<str> = self.path.into();
        let for_enrolment = self.for_enrolment;
        let enter = from_fn(move |request: ServiceRequest, next: Next<_>| {
            let admits_enrolment = for_enrolment.contains(request.method());
            enter_route(Rc::clone(&route), admits_enrolment, request, next)
        });
        self.resource.default_service(refuse).wrap(enter)
    }
}
