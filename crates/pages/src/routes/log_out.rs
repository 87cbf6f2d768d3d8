use actix_web::HttpResponse;
use actix_web::http::header::{HeaderName, HeaderValue};
use ore_domain::AuditAction;
use ore_errors::ApiError;
use ore_extract::page_cookie;

use super::admin::way_back;
use crate::done::Done;
use crate::member::Member;
use crate::submitted::Submitted;
use crate::visit::{append_cookie, see_other};

/// Has the browser drop pages that it keeps, those for the button back too (Clear Site Data, 3.1).
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

pub(super) async fn submit(Submitted(member, _): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let current = &member.current;
    let has_ended = member.services.sessions.end(current.user.id, current.id, &member.act()).await?;
    member.state.credential_log.done(AuditAction::LogOut, has_ended);
    Ok(leave_session(&member, Done::LoggedOut))
}

/// Leads to the log-in without a session; whoever acted as the user still has their own.
pub(super) fn leave_session(member: &Member, done: Done) -> HttpResponse {
    member.behind.as_ref().map_or_else(|| leave(done), |behind| way_back(&member.current, behind))
}

/// Leads to the log-in without a session.
pub(super) fn leave(done: Done) -> HttpResponse {
    let mut response = see_other(&done.at("/account/login"));
    append_cookie(&mut response, &page_cookie::clearing());
    response.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"cache\""));
    response
}
