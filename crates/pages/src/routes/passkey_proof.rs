use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::{PasskeyOptionsResponse, PasskeyProofRequest};
use ore_services::{PasskeyOptions, PasskeyProof};

use crate::submitted::Submitted;
use crate::visit::Visit;

const FIELDS: [(&str, FormField); 2] = [("credential", FormField::Object), ("ceremony", FormField::Text)];

/// The options with which a script asks for a passkey.
pub(super) async fn options(Submitted(visit, _): Submitted<Visit>) -> Result<HttpResponse, ApiError> {
    let PasskeyOptions { public_key, ceremony } = visit.services.sessions.passkey_options()?;
    Ok(HttpResponse::Ok().json(PasskeyOptionsResponse { public_key, ceremony }))
}

/// The answer that the script put into the form.
pub(super) fn of_form(form: &PageForm, visit: &Visit) -> Result<PasskeyProof, ApiError> {
    let PasskeyProofRequest { credential, ceremony } = form.decode(&FIELDS, &visit.state.body_rules)?;
    Ok(PasskeyProof { credential, ceremony })
}

/// Whether there are passkeys here.
pub(super) fn are_offered(visit: &Visit) -> bool {
    visit.services.sessions.passkey_origins().is_some()
}
