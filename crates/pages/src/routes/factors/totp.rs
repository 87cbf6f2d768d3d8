use actix_web::HttpResponse;
use maud::{Markup, PreEscaped, html};
use ore_errors::{ApiError, Problem};
use ore_extract::{FormField, PageForm, require_fresh_session};
use ore_schemas::ConfirmTotpRequest;
use ore_services::{OfferedTotp, RecoveryCodes};
use ore_web::credential_log::CredentialCall;
use ore_web::qr_code;

use super::{codes, overview};
use crate::done::Done;
use crate::form::{FormView, Kind};
use crate::fresh::Fresh;
use crate::member::Member;
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;
use crate::visit::see_other;

const OVERVIEW: &str = "/account/second-factors";

/// A secret to be read by an authenticator app. It is in the answer alone.
pub(in crate::routes) async fn offer(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match new_secret(&member).await {
        Ok(offered) => {
            let (picture, path) = (picture_of(&offered)?, return_path::of_form(&form));
            Ok(member.page(Text::TotpTitle, &content(&member.blank(), &offered, &picture, &path)))
        }
        Err(error) => overview::refused(&member, error, &form).await,
    }
}

/// Takes the secret, if this is a code of it. After a wrong code it is shown again, while it waits for one and its user has shown
/// lately who they are.
pub(in crate::routes) async fn confirm(Submitted(member, form): Submitted<Member>) -> Result<HttpResponse, ApiError> {
    let path = return_path::of_form(&form);
    let error = match take(&member, &form).await {
        Ok(Some(codes)) => return member.go_on(codes::shown(&member, &codes, &path)).await,
        Ok(None) => return member.go_on(see_other(&Done::FactorAdded.at(OVERVIEW))).await,
        Err(error) => error,
    };
    match shown_again(&member).await? {
        Some(offered) => {
            let picture = picture_of(&offered)?;
            member.refused(error, Text::TotpTitle, &form, |view| content(view, &offered, &picture, &path))
        }
        None => overview::refused(&member, error, &form).await,
    }
}

pub(in crate::routes) async fn remove(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match remove_in(&member).await {
        Ok(()) => Ok(see_other(&Done::FactorRemoved.at(OVERVIEW))),
        Err(error) => overview::refused(&member, error, &form).await,
    }
}

async fn new_secret(member: &Member) -> Result<OfferedTotp, ApiError> {
    member.admit(CredentialCall::EnrolTotp).await?;
    let email = &member.current.user.email;
    let result = member.services.second_factors.offer_totp(member.own(), email, &member.act()).await;
    member.tell_factors(CredentialCall::EnrolTotp, result)
}

async fn shown_again(member: &Member) -> Result<Option<OfferedTotp>, ApiError> {
    if require_fresh_session(&member.current, &member.request).await.is_err() {
        return Ok(None);
    }
    Ok(member.services.second_factors.offered_totp(member.own(), &member.current.user.email).await?)
}

async fn take(member: &Member, form: &PageForm) -> Result<Option<RecoveryCodes>, ApiError> {
    member.current.require_own(&member.request).await?;
    let ConfirmTotpRequest { code } = form.decode(&[("code", FormField::Text)], &member.state.body_rules)?;
    member.admit(CredentialCall::ConfirmTotp).await?;
    let result = member.services.second_factors.confirm_totp(member.own(), code, &member.act()).await;
    member.tell_factors(CredentialCall::ConfirmTotp, result)
}

async fn remove_in(member: &Member) -> Result<(), ApiError> {
    member.admit(CredentialCall::RemoveTotp).await?;
    let result = member.services.second_factors.remove_totp(member.own(), &member.act()).await;
    member.tell_factors(CredentialCall::RemoveTotp, result)
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
