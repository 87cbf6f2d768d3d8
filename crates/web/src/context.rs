use std::cell::{Cell, OnceCell};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::ServiceRequest;
use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest};
use ore_client_address::TrustedProxies;
use ore_domain::Locale;
use ore_errors::messages;
use ore_telemetry::LogContext;
use ore_transport::IsTls;
use uuid::{NoContext, Timestamp, Uuid};

use crate::spelling::is_spelt_otherwise;
use crate::state::ApiState;

/// The header that carries the id of a request, in and out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The facts about a request that are known before it is handled.
#[derive(Debug)]
pub struct RequestContext {
    /// Ties the answer to the lines of the log.
    pub identity: Arc<LogContext>,
    /// The language of the answer.
    pub locale: Locale,
    /// When the head had been read.
    pub started: Instant,
    /// The address of the client, according to the peer or trusted proxies.
    pub client: Option<IpAddr>,
    /// Whether it came over HTTPS all the way.
    pub is_https: bool,
    route: OnceCell<Rc<str>>,
    admits_enrolment: Cell<bool>,
}

impl RequestContext {
    /// Looks at a request that has just come.
    pub fn begin(request: &ServiceRequest, default_locale: Locale, trusted_proxies: &TrustedProxies) -> Self {
        let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_usable(id));
        let source = trusted_proxies.source(request.head(), request.conn_data::<IsTls>().is_some());
        Self {
            identity: LogContext::of_request(given.map_or_else(new_id, str::to_owned)),
            locale: messages::negotiate(request, default_locale),
            started: Instant::now(),
            client: source.client,
            is_https: source.is_https,
            route: OnceCell::new(),
            admits_enrolment: Cell::new(false),
        }
    }

    /// The context of a request, which the first one who asks makes and attaches.
    pub(crate) fn attach(request: &ServiceRequest, state: &ApiState) -> Rc<Self> {
        if let Some(context) = Self::of(request) {
            return context;
        }
        let context = Rc::new(Self::begin(request, state.default_locale, &state.trusted_proxies));
        request.extensions_mut().insert(Rc::clone(&context));
        context
    }

    /// The id of the request: the client's own where it may be used.
    pub fn id(&self) -> &str {
        &self.identity.request_id
    }

    /// Records the template of the route that the request has come to.
    pub fn arrive_at(&self, route: &Rc<str>) {
        let _ = self.route.set(Rc::clone(route));
    }

    /// Records that the route serves users, too, who have to get a second factor first.
    pub fn admit_enrolment(&self) {
        self.admits_enrolment.set(true);
    }

    /// Whether the route serves them. No route does that has not said so.
    pub fn admits_enrolment(&self) -> bool {
        self.admits_enrolment.get()
    }

    /// The template of the route that the request is for. Looked for among all routes only when it was refused before it
    /// got there; another spelling of its path leads to none.
    pub fn route(&self, request: &HttpRequest) -> Option<Rc<str>> {
        let refused = || request.match_pattern().filter(|_| !is_spelt_otherwise(request.path())).map(Rc::from);
        self.route.get().map(Rc::clone).or_else(refused)
    }

    /// The context that the outermost middleware attached.
    pub fn of(request: &impl HttpMessage) -> Option<Rc<Self>> {
        request.extensions().get::<Rc<Self>>().map(Rc::clone)
    }
}

/// In the order of their milliseconds and no finer, which would need a counter that all workers wait for.
fn new_id() -> String {
    Uuid::new_v7(Timestamp::now(NoContext)).to_string()
}

/// Anything else could not be searched for, or would not stay on its line.
fn is_usable(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    fn id_for(header: &str) -> String {
        let request = TestRequest::default().insert_header((REQUEST_ID, header)).to_srv_request();
        RequestContext::begin(&request, Locale::En, &TrustedProxies::default()).id().to_owned()
    }

    #[rstest]
    #[case("a")]
    #[case("Trace-1.2_3")]
    #[case(&"x".repeat(128))]
    fn a_usable_id_is_kept(#[case] id: &str) {
        assert_eq!(id_for(id), id);
    }

    #[rstest]
    #[case("")]
    #[case("a b")]
    #[case("naïve")]
    #[case("a;b")]
    #[case(&"x".repeat(129))]
    fn any_other_id_is_replaced(#[case] id: &str) {
        assert!(Uuid::parse_str(&id_for(id)).is_ok());
    }
}
