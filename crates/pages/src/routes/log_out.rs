use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use ore_domain::AuditAction;
use ore_errors::ApiError;
use ore_extract::page_cookie;

use super::admin::way_back;
use crate::completed_action::CompletedAction;
use crate::page_request::{append_cookie, see_other};
use crate::page_session::PageSession;
use crate::submitted_form::SubmittedForm;

/// Has the browser drop pages that it keeps, those for the button back too (Clear Site Data, 3.1).
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub(super) async fn submit(SubmittedForm(page, _): SubmittedForm<PageSession>) -> Result<HttpResponse, ApiError> {
    let current = &page.current;
    let has_ended = page.services.sessions.end(current.user.id, current.id, &page.act()).await?;
    page.state.credential_log.done(AuditAction::LogOut, has_ended);
    Ok(leave_session(&page, CompletedAction::LoggedOut))
}

/// Redirects to the log-in without a session. An impersonator keeps the own session and is redirected there.
pub(super) fn leave_session(page: &PageSession, completed: CompletedAction) -> HttpResponse {
    page.impersonator.as_ref().map_or_else(|| leave(completed), |impersonator| way_back(&page.current, impersonator))
}

/// Redirects to the log-in, and clears the cookie.
pub(super) fn leave(completed: CompletedAction) -> HttpResponse {
    let mut response = see_other(&completed.at("/account/login"));
    append_cookie(&mut response, &page_cookie::clearing());
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    response
}
