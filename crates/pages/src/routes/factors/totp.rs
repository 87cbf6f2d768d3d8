use actix_web::HttpResponse;
use maud::{Markup, PreEscaped, html};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, require_fresh_session};
use ore_schemas::ConfirmTotpRequest;
use ore_services::{OfferedTotp, RecoveryCodes};
use ore_web::credential_log::CredentialCall;
use ore_web::qr_code;

use super::{codes, overview};
use crate::completed_action::CompletedAction;
use crate::form::{FormView, Kind};
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::return_path;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

const OVERVIEW: &str = "/account/second-factors";

/// A secret to be read by an authenticator app. It is in the answer alone.
pub(in crate::routes) async fn offer(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    match new_secret(&page).await {
        Ok(offered) => {
            let (picture, path) = (picture_of(&offered)?, return_path::of_form(&form));
            Ok(page.render(Text::TotpTitle, &content(&page.blank(), &offered, &picture, &path)))
        }
        Err(error) => overview::refused(&page, error, &form).await,
    }
}

/// Takes the secret, if this is a code of it. After a wrong code it is shown again, while it waits for one and its user has shown
/// lately who they are.
pub(in crate::routes) async fn confirm(
    SubmittedForm(page, form): SubmittedForm<PageSession>,
) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    let error = match take(&page, &form).await {
        Ok(Some(codes)) => return page.with_new_cookie(codes::shown(&page, &codes, &path)).await,
        Ok(None) => return page.with_new_cookie(see_other(&CompletedAction::FactorAdded.at(OVERVIEW))).await,
        Err(error) => error,
    };
    match shown_again(&page).await? {
        Some(offered) => {
            let picture = picture_of(&offered)?;
            page.refused(error, Text::TotpTitle, &form, |view| content(view, &offered, &picture, &path))
        }
        None => overview::refused(&page, error, &form).await,
    }
}

pub(in crate::routes) async fn remove(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    match remove_in(&page).await {
        Ok(()) => Ok(see_other(&CompletedAction::FactorRemoved.at(OVERVIEW))),
        Err(error) => overview::refused(&page, error, &form).await,
    }
}

async fn new_secret(page: &PageSession) -> Result<OfferedTotp, ApiError> {
    page.admit(CredentialCall::EnrolTotp).await?;
    let email = &page.current.user.email;
    let result = page.services.second_factors.offer_totp(page.own(), email, &page.act()).await;
    page.log_factor_change(CredentialCall::EnrolTotp, result)
}

async fn shown_again(page: &PageSession) -> Result<Option<OfferedTotp>, ApiError> {
    if require_fresh_session(&page.current, &page.request).await.is_err() {
        return Ok(None);
    }
    Ok(page.services.second_factors.offered_totp(page.own(), &page.current.user.email).await?)
}

async fn take(page: &PageSession, form: &PageForm) -> Result<Option<RecoveryCodes>, ApiError> {
    page.current.require_own(&page.request).await?;
    let ConfirmTotpRequest { code } = form.decode(&[("code", FormField::Text)], &page.state.body_rules)?;
    page.admit(CredentialCall::ConfirmTotp).await?;
    let result = page.services.second_factors.confirm_totp(page.own(), code, &page.act()).await;
    page.log_factor_change(CredentialCall::ConfirmTotp, result)
}

async fn remove_in(page: &PageSession) -> Result<(), ApiError> {
    page.admit(CredentialCall::RemoveTotp).await?;
    let result = page.services.second_factors.remove_totp(page.own(), &page.act()).await;
    page.log_factor_change(CredentialCall::RemoveTotp, result)
}

/// Drawn by ourselves, of squares alone.
fn picture_of(offered: &OfferedTotp) -> Result<PreEscaped<String>, ApiError> {
    qr_code::svg(&offered.url).map(PreEscaped).ok_or_else(|| Problem::InternalError.into())
}

fn content(view: &FormView<'_>, offered: &OfferedTotp, picture: &PreEscaped<String>, path: &str) -> Markup {
    let fields = html! {
        (return_path::field(path))
        (view.field("code", Text::Code, Kind::Code))
    };
    html! {
        p { (view.text(Text::TotpScan)) }
        div.qr role="img" aria-label=(view.text(Text::QrCode)) { (picture) }
        p { a href=(offered.url.as_str()) { (view.text(Text::OpenApp)) } }
        div.field {
            label for="secret" { (view.text(Text::TotpSecret)) }
            input id="secret" readonly value=(offered.secret.as_str()) autocomplete="off" spellcheck="false";
            button.plain type="button" hidden data-copy="secret" { (view.text(Text::Copy)) }
        }
        (view.form("/account/second-factors/totp/confirm", Text::ConfirmCode, &fields))
    }
}
