use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{AuditAction, AuditOrigin, Locale};
use ore_errors::{ApiError, Problem};
use ore_extract::{Language, RequestOrigin};
use ore_limits::{CredentialLimits, RateLimited};
use ore_services::{OpenedSession, RefreshError, RefreshRefusal, Services};
use ore_telemetry::metrics::{Metrics, SessionMetrics};
use ore_web::context::RequestContext;
use ore_web::state::ApiState;
use prometheus::IntCounter;

/// A call that presents a refresh token, in JSON, a form or a cookie. Its outcome goes to the log, the metrics and the
/// audit log, and clients that are refused too often are limited.
pub(super) struct RefreshTokenCall {
    pub(super) state: Data<ApiState>,
    pub(super) services: Data<Services>,
    pub(super) locale: Locale,
    /// Without an actor, who is known only if the token is valid.
    pub(super) origin: AuditOrigin,
    limits: Data<CredentialLimits>,
    metrics: Data<Metrics>,
    request: HttpRequest,
}

impl FromRequest for RefreshTokenCall {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut of_request = || {
            let Language(locale) = Language::from_request(request, payload).into_inner()?;
            let RequestOrigin(origin) = RequestOrigin::from_request(request, payload).into_inner()?;
            Ok(Self {
                state: part(request)?,
                services: part(request)?,
                locale,
                origin,
                limits: part(request)?,
                metrics: part(request)?,
                request: request.clone(),
            })
        };
        ready(of_request())
    }
}

fn part<T: 'static>(request: &HttpRequest) -> Result<Data<T>, ApiError> {
    request.app_data::<Data<T>>().cloned().ok_or_else(|| Problem::InternalError.into())
}

impl RefreshTokenCall {
    /// Exchanges the token for the next ones.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`] of a client that is refused too often.
    pub(super) async fn exchange(&self, token: &str) -> Result<Result<OpenedSession, RefreshError>, ApiError> {
        let result = self.services.sessions.refresh(token, self.locale, &self.origin).await;
        self.state.credential_log.refresh(&result);
        counter(&self.metrics.sessions, &result).inc();
        if let Err(RefreshError::Invalid(refusal)) = result {
            self.record_refused(AuditAction::Refresh, refusal).await?;
        }
        Ok(result)
    }

    /// Records the result of ending the session of the refresh token. `has_ended` says that the session of the access
    /// token of the call has ended. That is often the same session, so a token that is not valid any more is no refusal
    /// then.
    ///
    /// # Errors
    /// [`ApiError::RateLimited`] of a client that is refused too often.
    pub(super) async fn log_end(&self, left: &Result<(), RefreshError>, has_ended: bool) -> Result<(), ApiError> {
        let log = &self.state.credential_log;
        if let Err(error @ RefreshError::Invalid(RefreshRefusal::Reused(..))) = left {
            log.refused_refresh(error);
            self.metrics.sessions.reused.inc();
        } else if !has_ended || left.is_ok() {
            log.ended(left);
        }
        if let (Err(RefreshError::Invalid(refusal)), false) = (left, has_ended) {
            self.record_refused(AuditAction::LogOut, *refusal).await?;
        }
        Ok(())
    }

    /// Charges the limit before it writes an audit entry, because anybody can invent any number of tokens.
    async fn record_refused(&self, action: AuditAction, refusal: RefreshRefusal) -> Result<(), RateLimited> {
        let client = RequestContext::of(&self.request).and_then(|context| context.client);
        self.limits.charge_refused_refresh(client).await?;
        self.services.sessions.record_refused_token(action, refusal, &self.origin).await;
        Ok(())
    }
}

fn counter<'a>(metrics: &'a SessionMetrics, result: &Result<OpenedSession, RefreshError>) -> &'a IntCounter {
    match result {
        Ok(_) => &metrics.refreshed,
        Err(RefreshError::Invalid(RefreshRefusal::Reused(..))) => &metrics.reused,
        Err(_) => &metrics.refused,
    }
}
