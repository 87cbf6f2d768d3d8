use actix_web::http::header::HOST;
use actix_web::http::uri::Authority;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use ore_client_address::came_through_a_proxy;
use ore_domain::is_loopback_host;
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, admit_credentials};
use ore_schemas::{LoginRequest, RegisterRequest};
use ore_services::{Bootstrap, OpenedSession};
use ore_web::credential_log::CredentialCall;

use crate::form::{FormView, Kind};
use crate::page_request::PageRequest;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

pub(super) const PATH: &str = "/account/first-admin";

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(page: PageRequest) -> Result<HttpResponse, ApiError> {
    if is_wanted(&page).await? {
        Ok(page.render(Text::FirstAdminTitle, &content(&page.blank())))
    } else {
        Err(Problem::NotFound.into())
    }
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    if !is_wanted(&page).await? {
        return Err(Problem::NotFound.into());
    }
    match make(&page, &form).await {
        Ok(Some(session)) => page.sign_in(&session, "/").await,
        Ok(None) => Err(Problem::NotFound.into()),
        Err(error) => page.refused(error, Text::FirstAdminTitle, &form, content),
    }
}

/// Whether the page exists: on the machine of a developer, for requests from that machine, while there is no account.
pub(super) async fn is_wanted(page: &PageRequest) -> Result<bool, ApiError> {
    match &page.site.first_admin {
        Some(bootstrap) if is_from_here(&page.request) => Ok(bootstrap.is_wanted().await?),
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
    host.is_some_and(|host| is_loopback_host(host.host()))
}

/// The session of the first admin; `None` where somebody was faster.
async fn make(page: &PageRequest, form: &PageForm) -> Result<Option<OpenedSession>, ApiError> {
    let bootstrap: &Bootstrap = page.site.first_admin.as_ref().ok_or(Problem::NotFound)?;
    let RegisterRequest { email, password } = form.decode(&FIELDS, &page.state.body_rules)?;
    admit_credentials(&page.request, CredentialCall::Register, Some(email.canonical())).await?;
    let (services, origin) = (&page.services, page.origin());
    let created = bootstrap.make_admin_with_password(&services.accounts, email, password, &origin).await?;
    let Some(user) = created else { return Ok(None) };
    tracing::info!(user_id = user.get(), "Made the first admin on the page for that");
    let LoginRequest { email, password, .. } = form.decode(&FIELDS, &page.state.body_rules)?;
    let result = services.sessions.log_in(&email, password, &origin, None).await;
    page.state.credential_log.log_in(email.canonical(), &result);
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
