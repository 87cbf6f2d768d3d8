use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials, require_open_registration};
use ore_schemas::RegisterRequest;
use ore_services::SignedUp;
use ore_web::credential_log::CredentialCall;

use crate::components::link;
use crate::form::{FormView, Kind};
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::{Visit, see_other};

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(visit: Visit) -> HttpResponse {
    if visit.session.is_some() {
        return see_other("/account");
    }
    visit.page(Text::RegisterTitle, &content(&visit.blank()))
}

pub(super) async fn submit(Submitted(visit, form): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    match sign_up(&visit, &form).await {
        Ok(SignedUp::Session(session)) => visit.sign_in(&session, "/account").await,
        Ok(SignedUp::VerifyEmail) => Ok(see_other("/account/check-mail")),
        Err(error) => visit.refused(error, Text::RegisterTitle, &form, content),
    }
}

/// The same for everybody who was told to read their mail.
pub(super) async fn check_mail(visit: Visit) -> HttpResponse {
    let content = html! {
        p { (visit.text(Text::CheckMailIntro)) }
        (link(&visit, "/account/login", Text::LogIn))
    };
    visit.page(Text::CheckMailTitle, &content)
}

async fn sign_up(visit: &Visit, form: &PageForm) -> Result<SignedUp, ApiError> {
    require_open_registration(&visit.request).await?;
    let RegisterRequest { email, password } = form.decode(&FIELDS, &visit.state.body_rules)?;
    let account = email.canonical().clone();
    admit_credentials(&visit.request, CredentialCall::Register, Some(&account)).await?;
    let (accounts, sessions) = (&visit.services.accounts, &visit.services.sessions);
    let result = sessions.sign_up(accounts, email, password, &visit.origin(), visit.locale).await;
    visit.state.credential_log.registration(&account, &result);
    Ok(result?)
}

fn content(view: &FormView<'_>) -> Markup {
    let visit = view.visit;
    let is_closed = visit.services.sessions.registration_is_closed();
    html! {
        @if is_closed {
            p { (view.text(Text::RegistrationClosed)) }
        } @else {
            @let fields = html! {
                (view.field("email", Text::Email, Kind::Email))
                (view.field("password", Text::Password, Kind::NewPassword))
            };
            (view.form("/account/register", Text::Register, &fields))
        }
        (link(visit, "/account/login", Text::LogInLink))
    }
}
