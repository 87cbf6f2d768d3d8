use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE,
};
use actix_web::web::Data;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse};
use maud::Markup;
use ore_domain::{AuditOrigin, FailurePolicy, Locale};
use ore_errors::{ApiError, PAGE_SECURITY_POLICY, Problem};
use ore_extract::page_cookie;
use ore_extract::{BrowserSession, CurrentSession, browser_session, origin_of};
use ore_security::opaque_token::OpaqueToken;
use ore_services::{OpenedSession, Services};
use ore_telemetry::metrics::Metrics;
use ore_web::context::RequestContext;
use ore_web::middleware::Uncompressed;
use ore_web::state::ApiState;

use crate::Site;
use crate::layout::Layout;
use crate::page_context::PageContext;
use crate::texts::Text;

/// A request for a page, with or without a session.
pub(crate) struct PageRequest {
    pub(crate) request: HttpRequest,
    pub(crate) site: Data<Site>,
    pub(crate) state: Data<ApiState>,
    pub(crate) services: Data<Services>,
    pub(crate) metrics: Data<Metrics>,
    pub(crate) locale: Locale,
    pub(crate) session: Option<CurrentSession>,
    /// The session of the impersonator, if somebody acts as the user.
    pub(crate) impersonator: Option<CurrentSession>,
    pub(crate) context: PageContext,
    /// The token for forms, if the request has a session.
    pub(crate) form_token: Option<String>,
}

impl FromRequest for PageRequest {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(request).await?) })
    }
}

impl PageRequest {
    async fn of(request: HttpRequest) -> Result<Self, ApiError> {
        let (session, impersonator) = match browser_session(&request).await? {
            Some(BrowserSession { current, impersonator }) => (Some(current), impersonator),
            None => (None, None),
        };
        let context = RequestContext::of(&request).ok_or(Problem::InternalError)?;
        let own = session.as_ref().and_then(|session| session.user.profile.locale);
        let locale = own.unwrap_or(context.locale);
        let site: Data<Site> = part(&request)?;
        let form_token = session.as_ref().map(|session| site.form_token(session.id));
        let context = PageContext {
            form_token: form_token.clone(),
            permissions: session.as_ref().map(|session| session.user.roles.permissions()).unwrap_or_default(),
            impersonated_email: session
                .as_ref()
                .filter(|_| impersonator.is_some())
                .map(|session| session.user.email.to_string()),
            section: None,
        };
        Ok(Self {
            context: context.for_page(&request),
            impersonator,
            state: part(&request)?,
            services: part(&request)?,
            metrics: part(&request)?,
            locale,
            site,
            session,
            form_token,
            request,
        })
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        self.site.text(self.locale, text)
    }

    /// The origin of the request for the audit log, without an actor.
    pub(crate) fn origin(&self) -> AuditOrigin {
        AuditOrigin { is_page: true, ..origin_of(&self.request) }
    }

    /// The key in a part of the path. A text that is no key belongs to nothing.
    pub(crate) fn key<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.request.match_info().get(name).and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
    }

    pub(crate) fn render(&self, title: Text, content: &Markup) -> HttpResponse {
        self.render_in(HttpResponse::new(StatusCode::OK), title, content)
    }

    /// The page in this response, which has the status and its headers.
    pub(crate) fn render_in(&self, response: HttpResponse, title: Text, content: &Markup) -> HttpResponse {
        let layout = Layout { site: &self.site, locale: self.locale, context: &self.context };
        let mut response =
            with_page_headers(response.set_body(layout.render(title, content).into_string()).map_into_boxed_body());
        if !self.request.query_string().is_empty() {
            // It may show what others have put there, beside the token of its forms.
            response.extensions_mut().insert(Uncompressed);
        }
        response
    }

    /// Whether mail is sent to anybody, which takes settings.
    pub(crate) fn sends_mail(&self) -> bool {
        self.services.mail_queue.is_configured()
    }

    /// Counts a delay of an account among those who were limited.
    pub(crate) fn count_throttled(&self) {
        self.metrics.rate_limits.refuse("account");
    }

    /// Gives the browser a new session and redirects it to one of our pages. Every kind of log-in ends here. The
    /// session that the browser had ends (ASVS 5.0, 7.2.4).
    pub(crate) async fn sign_in(&self, session: &OpenedSession, path: &str) -> Result<HttpResponse, ApiError> {
        for current in self.session.iter().chain(&self.impersonator) {
            self.services.sessions.end(current.user.id, current.id, &current.act(self.origin())).await?;
        }
        let mut response = redirect_with_session(session, path);
        if let Some(token) = session.device_token.as_ref().map(OpaqueToken::expose) {
            let cookie = page_cookie::keeping_device(token, FailurePolicy::KNOWN_FOR);
            append_cookie(&mut response, &cookie);
        }
        Ok(response)
    }
}

/// An answer with the headers of every page.
pub(crate) fn with_page_headers(response: HttpResponse) -> HttpResponse {
    let mut response = response;
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, PAGE_SECURITY_POLICY),
        // A form has no origin otherwise (Fetch Standard, 3.2).
        (REFERRER_POLICY, "same-origin"),
    ] {
        response.headers_mut().insert(name, actix_web::http::header::HeaderValue::from_static(value));
    }
    response
}

/// Redirects to one of our pages, and gives the browser the token of the session.
pub(crate) fn redirect_with_session(session: &OpenedSession, path: &str) -> HttpResponse {
    let mut response = see_other(path);
    append_token(&mut response, session);
    response
}

/// Adds the cookie with the token of a session.
pub(crate) fn append_token(response: &mut HttpResponse, session: &OpenedSession) {
    append_cookie(response, &page_cookie::keeping(session.refresh_token.expose(), session.refresh_expires_in));
}

/// Redirects to one of our pages (RFC 9110, 15.4.4).
pub(crate) fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).finish()
}

pub(crate) fn append_cookie(response: &mut HttpResponse, cookie: &str) {
    if let Ok(value) = cookie.parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

fn part<T: 'static>(request: &HttpRequest) -> Result<Data<T>, ApiError> {
    request.app_data::<Data<T>>().cloned().ok_or_else(|| Problem::InternalError.into())
}
