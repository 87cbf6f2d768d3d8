use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm, admit_credentials, require_open_registration};
use ore_schemas::RegisterRequest;
use ore_services::SignedUp;
use ore_web::credential_log::CredentialCall;

use crate::components::link;
use crate::form::{FormView, Kind};
use crate::page_request::{PageRequest, see_other};
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const FIELDS: [(&str, FormField); 2] = [("email", FormField::Text), ("password", FormField::Text)];

pub(super) async fn page(page: PageRequest) -> HttpResponse {
    if page.session.is_some() {
        return see_other("/account");
    }
    page.render(Text::RegisterTitle, &content(&page.blank()))
}

pub(super) async fn submit(SubmittedForm(page, form): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    match sign_up(&page, &form).await {
        Ok(SignedUp::Session(session)) => page.sign_in(&session, "/account").await,
        Ok(SignedUp::VerifyEmail) => Ok(see_other("/account/check-mail")),
        Err(error) => page.refused(error, Text::RegisterTitle, &form, content),
    }
}

/// Asks to read the mail. The page is the same whether or not the address has an account.
pub(super) async fn check_mail(page: PageRequest) -> HttpResponse {
    let content = html! {
        p { (page.text(Text::CheckMailIntro)) }
        (link(&page, "/account/login", Text::LogIn))
    };
    page.render(Text::CheckMailTitle, &content)
}

async fn sign_up(page: &PageRequest, form: &PageForm) -> Result<SignedUp, ApiError> {
    require_open_registration(&page.request).await?;
    let RegisterRequest { email, password } = form.decode(&FIELDS, &page.state.body_rules)?;
    let account = email.canonical().clone();
    admit_credentials(&page.request, CredentialCall::Register, Some(&account)).await?;
    let (accounts, sessions) = (&page.services.accounts, &page.services.sessions);
    let result = sessions.sign_up(accounts, email, password, &page.origin(), page.locale).await;
    page.state.credential_log.registration(&account, &result);
    Ok(result?)
}

fn content(view: &FormView<'_>) -> Markup {
    let page = view.page;
    let is_closed = page.services.sessions.registration_is_closed();
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
        (link(page, "/account/login", Text::LogInLink))
    }
}
