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
use crate::surroundings::Surroundings;
use crate::texts::Text;

/// A request for a page, with or without a session.
pub(crate) struct Visit {
    pub(crate) request: HttpRequest,
    pub(crate) site: Data<Site>,
    pub(crate) state: Data<ApiState>,
    pub(crate) services: Data<Services>,
    pub(crate) metrics: Data<Metrics>,
    pub(crate) locale: Locale,
    pub(crate) session: Option<CurrentSession>,
    /// The session of the impersonator, if somebody acts as the user.
    pub(crate) behind: Option<CurrentSession>,
    pub(crate) surroundings: Surroundings,
    /// Of the session, where somebody is signed in.
    pub(crate) form_token: Option<String>,
}

impl FromRequest for Visit {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(Self::of(request).await?) })
    }
}

impl Visit {
    async fn of(request: HttpRequest) -> Result<Self, ApiError> {
        let (session, behind) = match browser_session(&request).await? {
            Some(BrowserSession { current, behind }) => (Some(current), behind),
            None => (None, None),
        };
        let context = RequestContext::of(&request).ok_or(Problem::InternalError)?;
        let own = session.as_ref().and_then(|session| session.user.profile.locale);
        let site: Data<Site> = part(&request)?;
        let form_token = session.as_ref().map(|session| site.form_token(session.id));
        let surroundings = Surroundings {
            form_token: form_token.clone(),
            may: session.as_ref().map(|session| session.user.roles.permissions()).unwrap_or_default(),
            acts_as: session.as_ref().filter(|_| behind.is_some()).map(|session| session.user.email.to_string()),
            section: None,
        };
        Ok(Self {
            surroundings: surroundings.of_page(&request),
            behind,
            state: part(&request)?,
            services: part(&request)?,
            metrics: part(&request)?,
            locale: own.unwrap_or(context.locale),
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

    /// The key in a place of the path. What is no key is the key of nothing.
    pub(crate) fn key<T: FromStr>(&self, name: &str) -> Result<T, Problem> {
        self.request.match_info().get(name).and_then(|text| text.parse().ok()).ok_or(Problem::NotFound)
    }

    pub(crate) fn page(&self, title: Text, content: &Markup) -> HttpResponse {
        self.page_with(HttpResponse::new(StatusCode::OK), title, content)
    }

    /// The page in an answer that has its status and headers.
    pub(crate) fn page_with(&self, response: HttpResponse, title: Text, content: &Markup) -> HttpResponse {
        let layout = Layout { site: &self.site, locale: self.locale, surroundings: &self.surroundings };
        let mut response = dress(response.set_body(layout.page(title, content).into_string()).map_into_boxed_body());
        if !self.request.query_string().is_empty() {
            // It may show what others have put there, beside the token of its forms.
            response.extensions_mut().insert(Uncompressed);
        }
        response
    }

    /// Counts a delay of an account among those who were limited.
    pub(crate) fn count_throttled(&self) {
        self.metrics.rate_limits.refuse("account");
    }

    /// Leads to a page of ours once somebody has shown who they are. Every way in ends here: the browser gets a session that is
    /// new, and the one that it had ends (ASVS 5.0, 7.2.4).
    pub(crate) async fn sign_in(&self, session: &OpenedSession, path: &str) -> Result<HttpResponse, ApiError> {
        for current in self.session.iter().chain(&self.behind) {
            self.services.sessions.end(current.user.id, current.id, &current.act(self.origin())).await?;
        }
        let mut response = keep(session, path);
        if let Some(token) = session.device_token.as_ref().map(OpaqueToken::expose) {
            let cookie = page_cookie::keeping_device(token, FailurePolicy::KNOWN_FOR);
            append_cookie(&mut response, &cookie);
        }
        Ok(response)
    }
}

/// An answer with the headers of every page.
pub(crate) fn dress(response: HttpResponse) -> HttpResponse {
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

/// Redirects to one of our pages, with the token of the current session.
pub(crate) fn keep(session: &OpenedSession, path: &str) -> HttpResponse {
    let mut response = see_other(path);
    append_token(&mut response, session);
    response
}

/// Hands the token of a session to the browser.
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
