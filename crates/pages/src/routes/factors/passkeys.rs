use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::{PasskeyOptionsResponse, RegisterPasskeyRequest};
use ore_services::{CreatedPasskey, PasskeyOptions, PasskeyProof, PasskeyRequest};
use ore_web::credential_log::CredentialCall;

use super::{codes, overview};
use crate::completed_action::CompletedAction;
use crate::page_request::see_other;
use crate::page_session::PageSession;
use crate::return_path;
use crate::session_proof::FreshSession;
use crate::submitted_form::SubmittedForm;

const FIELDS: [(&str, FormField); 3] =
    [("credential", FormField::Object), ("ceremony", FormField::Text), ("name", FormField::OptionalText)];

/// The options with which a script creates a passkey.
pub(in crate::routes) async fn options(
    SubmittedForm(page, _): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    page.admit(CredentialCall::BeginPasskey).await?;
    let passkeys = &page.services.passkeys;
    let PasskeyOptions { public_key, ceremony } = passkeys.registration_options(&page.current.user).await?;
    Ok(HttpResponse::Ok().json(PasskeyOptionsResponse { public_key, ceremony }))
}

pub(in crate::routes) async fn register(
    SubmittedForm(page, form): SubmittedForm<FreshSession>,
) -> Result<HttpResponse, ApiError> {
    match store_passkey(&page, &form).await {
        Ok(CreatedPasskey { recovery_codes: Some(codes), .. }) => {
            page.with_new_cookie(codes::shown(&page, &codes, &return_path::of_form(&form))).await
        }
        Ok(_) => page.with_new_cookie(see_other(&CompletedAction::FactorAdded.at("/account/second-factors"))).await,
        Err(error) => overview::refused(&page, error, &form).await,
    }
}

async fn store_passkey(page: &PageSession, form: &PageForm) -> Result<CreatedPasskey, ApiError> {
    let act = page.act();
    let RegisterPasskeyRequest { credential, ceremony, name } = form.decode(&FIELDS, &page.state.body_rules)?;
    page.admit(CredentialCall::CreatePasskey).await?;
    let name = name.unwrap_or_else(|| PasskeyRequest::default_name(&act));
    let request = PasskeyRequest { proof: PasskeyProof { credential, ceremony }, name };
    let result = page.services.passkeys.register(page.own(), request, &act).await;
    page.state.credential_log.passkey(page.current.user.id, &result);
    Ok(result?)
}
