use std::net::IpAddr;

use actix_web::http::header::HOST;
use actix_web::http::uri::Authority;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use ore_client_address::came_through_a_proxy;
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::{LoginRequest, RegisterRequest};
use ore_services::{Bootstrap, OpenedSession};
use ore_web::credential_log::CredentialCall;

use crate::form::{FormView, Kind};
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::Visit;

pub(super) const PATH: &str = "/account/first-admin";

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(visit: Visit) -> Result<HttpResponse, ApiError> {
    if is_wanted(&visit).await? {
        Ok(visit.page(Text::FirstAdminTitle, &content(&visit.blank())))
    } else {
        Err(Problem::NotFound.into())
    }
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    if !is_wanted(&visit).await? {
        return Err(Problem::NotFound.into());
    }
    match make(&visit, &form).await {
        Ok(Some(session)) => visit.sign_in(&session, "/").await,
        Ok(None) => Err(Problem::NotFound.into()),
        Err(error) => visit.refused(error, Text::FirstAdminTitle, &form, content),
    }
}

/// Whether the page is there: on the machine of a developer, for whoever sits at it, while nobody has an account.
pub(super) async fn is_wanted(visit: &Visit) -> Result<bool, ApiError> {
    match &visit.site.first_admin {
        Some(bootstrap) if is_from_here(&visit.request) => Ok(bootstrap.is_wanted().await?),
        _ => Ok(false),
    }
}

/// Whether a request comes from this machine past every proxy, and was sent to a name of it: a proxy on this machine may pass
/// on what others ask, and the name of another site may lead here, too.
fn is_from_here(request: &HttpRequest) -> bool {
    let is_local = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    is_local && !came_through_a_proxy(request.head()) && names_this_machine(request)
}

fn names_this_machine(request: &HttpRequest) -> bool {
    let host = request.headers().get(HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    host.is_some_and(|host| {
        let name = host.host().trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    })
}

/// The session of the first admin; `None` where somebody was faster.
async fn make(visit: &Visit, form: &PageForm) -> Result<Option<OpenedSession>, ApiError> {
    let bootstrap: &Bootstrap = visit.site.first_admin.as_ref().ok_or(Problem::NotFound)?;
    let RegisterRequest { email, password } = form.decode(&FIELDS, &visit.state.body_rules)?;
    admit_credentials(&visit.request, CredentialCall::Register, Some(email.canonical())).await?;
    let (services, origin) = (&visit.services, visit.origin());
    let made = bootstrap.make_admin_with_password(&services.accounts, email, password, &origin).await?;
    let Some(user) = made else { return Ok(None) };
    tracing::info!(user_id = user.get(), "Made the first admin on the page for that");
    let LoginRequest { email, password, .. } = form.decode(&FIELDS, &visit.state.body_rules)?;
    let result = services.sessions.log_in(&email, password, &origin, None).await;
    visit.state.credential_log.log_in(email.canonical(), &result);
    Ok(Some(result?))
}

fn content(view: &FormView<'_>) -> Markup {
    let fields = html! {
        (view.field("email", Text::Email, Kind::Email))
        (view.field("password", Text::Password, Kind::NewPassword))
    };
    html! {
        p { (view.text(Text::FirstAdminIntro)) }
        (view.form(PATH, Text::MakeAccount, &fields))
    }
}
