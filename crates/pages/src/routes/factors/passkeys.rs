use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::{PasskeyOptionsResponse, RegisterPasskeyRequest};
use ore_services::{CreatedPasskey, PasskeyOptions, PasskeyProof, PasskeyRequest};
use ore_web::credential_log::CredentialCall;

use super::{codes, overview};
use crate::done::Done;
use crate::fresh::Fresh;
use crate::member::Member;
use crate::return_path;
use crate::submitted::Submitted;
use crate::visit::see_other;

const FIELDS: [(&str, FormField); 3] =
    [("credential", FormField::Object), ("ceremony", FormField::Text), ("name", FormField::OptionalText)];

/// The options with which a script creates a passkey.
pub(in crate::routes) async fn options(Submitted(member, _): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    member.admit(CredentialCall::BeginPasskey).await?;
    let passkeys = &member.services.passkeys;
    let PasskeyOptions { public_key, ceremony } = passkeys.registration_options(&member.current.user).await?;
    Ok(HttpResponse::Ok().json(PasskeyOptionsResponse { public_key, ceremony }))
}

pub(in crate::routes) async fn register(Submitted(member, form): Submitted<Fresh>) -> Result<HttpResponse, ApiError> {
    match keep(&member, &form).await {
        Ok(CreatedPasskey { recovery_codes: Some(codes), .. }) => {
            member.go_on(codes::shown(&member, &codes, &return_path::of_form(&form))).await
        }
        Ok(_) => member.go_on(see_other(&Done::FactorAdded.at("/account/second-factors"))).await,
        Err(error) => overview::refused(&member, error, &form).await,
    }
}

async fn keep(member: &Member, form: &PageForm) -> Result<CreatedPasskey, ApiError> {
    let act = member.act();
    let RegisterPasskeyRequest { credential, ceremony, name } = form.decode(&FIELDS, &member.state.body_rules)?;
    member.admit(CredentialCall::CreatePasskey).await?;
    let name = name.unwrap_or_else(|| PasskeyRequest::default_name(&act));
    let request = PasskeyRequest { proof: PasskeyProof { credential, ceremony }, name };
    let result = member.services.passkeys.register(member.own(), request, &act).await;
    member.state.credential_log.passkey(member.current.user.id, &result);
    Ok(result?)
}
