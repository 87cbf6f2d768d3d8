use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::ApiError;
use ore_services::RecoveryCodes;
use ore_web::credential_log::CredentialCall;

use super::overview;
use crate::components::link;
use crate::fresh::Fresh;
use crate::member::Member;
use crate::return_path;
use crate::submitted::Submitted;
use crate::texts::Text;

/// New codes in the place of the earlier ones, which are no longer valid.
pub(in crate::routes) async fn make(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match renew(&member).await {
        Ok(codes) => Ok(shown(&member, &codes, &return_path::of_form(&form))),
        Err(error) => overview::refused(&member, error, &form).await,
    }
}

async fn renew(member: &Member) -> Result<RecoveryCodes, ApiError> {
    member.admit(CredentialCall::MakeRecoveryCodes).await?;
    let result = member.services.second_factors.make_recovery_codes(member.own(), &member.act()).await;
    member.tell_factors(CredentialCall::MakeRecoveryCodes, result)
}

/// The page with the codes, once: nobody can tell them afterwards.
pub(super) fn shown(member: &Member, codes: &RecoveryCodes, path: &str) -> HttpResponse {
    member.page(Text::CodesTitle, &content(member, codes, path))
}

fn content(member: &Member, codes: &RecoveryCodes, path: &str) -> Markup {
    html! {
        div.notice role="status" { (member.text(Text::CodesMade)) }
        ul.codes id="codes" { @for code in codes.expose() { li { code { (code.as_str()) } } } }
        p.actions {
            button.plain type="button" hidden data-copy="codes" { (member.text(Text::Copy)) }
            " "
            button.plain type="button" hidden data-print { (member.text(Text::Print)) }
        }
        (link(member, path, Text::Continue))
    }
}
