use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_services::RecoveryCodes;
use ore_web::credential_log::CredentialCall;

use super::overview;
use crate::components::link;
use crate::page_session::PageSession;
use crate::return_path;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;
use crate::texts::Text;

/// New codes, which replace the earlier ones.
pub(in crate::routes) async fn make(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    match renew(&page).await {
        Ok(codes) => Ok(shown(&page, &codes, &return_path::of_form(&form))),
        Err(error) => overview::refused(&page, error, &form).await,
    }
}

async fn renew(page: &PageSession) -> Result<RecoveryCodes, ApiError> {
    page.admit(CredentialCall::MakeRecoveryCodes).await?;
    let result = page.services.second_factors.make_recovery_codes(page.own(), &page.act()).await;
    page.log_factor_change(CredentialCall::MakeRecoveryCodes, result)
}

/// The page with the codes, once: nobody can tell them afterwards.
pub(super) fn shown(page: &PageSession, codes: &RecoveryCodes, path: &str) -> HttpResponse {
    page.render(Text::CodesTitle, &content(page, codes, path))
}

fn content(page: &PageSession, codes: &RecoveryCodes, path: &str) -> Markup {
    html! {
        div.notice role="status" { (page.text(Text::CodesMade)) }
        ul.codes id="codes" { @for code in codes.expose() { li { code { (code.as_str()) } } } }
        p.actions {
            button.plain type="button" hidden data-copy="codes" { (page.text(Text::Copy)) }
            " "
            button.plain type="button" hidden data-print { (page.text(Text::Print)) }
        }
        (link(page, path, Text::Continue))
    }
}
