use actix_web::HttpResponse;
use ore_errors::ApiError;
use ore_extract::{FormField, PageForm};
use ore_schemas::{PasskeyOptionsResponse, PasskeyProofRequest};
use ore_services::{PasskeyOptions, PasskeyProof};

use crate::page_request::PageRequest;
use crate::submitted_form::SubmittedForm;

const FIELDS: [(&str, FormField); 2] = [("credential", FormField::Object), ("ceremony", FormField::Text)];

/// The options with which a script asks for a passkey.
pub(super) async fn options(SubmittedForm(page, _): SubmittedForm<PageRequest>) -> Result<HttpResponse, ApiError> {
    let PasskeyOptions { public_key, ceremony } = page.services.sessions.passkey_options()?;
    Ok(HttpResponse::Ok().json(PasskeyOptionsResponse { public_key, ceremony }))
}

/// The answer that the script put into the form.
pub(super) fn of_form(form: &PageForm, page: &PageRequest) -> Result<PasskeyProof, ApiError> {
    let PasskeyProofRequest { credential, ceremony } = form.decode(&FIELDS, &page.state.body_rules)?;
    Ok(PasskeyProof { credential, ceremony })
}

/// Whether there are passkeys here.
pub(super) fn are_offered(page: &PageRequest) -> bool {
    page.services.sessions.passkey_origins().is_some()
}
