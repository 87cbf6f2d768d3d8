use ore_domain::PasswordPolicy;
use ore_errors::messages::{Catalogue, CatalogueError};
use ore_schemas::ErrorResponse;
use ore_settings::Settings;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::server::ServerBuilder;
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{Modify, OpenApi as _};

use crate::{
    ApiSection, ExampleContext, error_examples, error_responses, headers, oauth_errors, request_headers,
    success_examples,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(ErrorResponse)),
    modifiers(&SecuritySchemes)
)]
struct Common;

struct SecuritySchemes;

impl Modify for SecuritySchemes {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some(
                "The `access_token` that register and log-in answer with (RFC 6750, 2.1). Where `api_key` is named \
                 too, an API key may stand in its place.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(scheme));
        let description = "An API key, and no access token. Not beside `Authorization`.";
        let key = ApiKey::Header(ApiKeyValue::with_description("X-API-Key", description));
        components.add_security_scheme("api_key", SecurityScheme::ApiKey(key));
    }
}

/// Why there is no document: faults of the program, found by its tests.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The messages of the examples are not complete.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    /// The document cannot be written.
    #[error("the OpenAPI document cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

/// The document of a service with these settings and sections.
fn document(settings: &Settings, sections: &[ApiSection]) -> Result<OpenApi, DocumentError> {
    let password = PasswordPolicy { min_length: settings.passwords.min_length };
    let catalogue = Catalogue::load(password)?;
    let context = ExampleContext {
        catalogue: &catalogue,
        locale: settings.default_locale,
        password,
        token_lifetime: settings.tokens.access_token_lifetime,
        refresh_token_lifetime: settings.sessions.idle,
        version: &settings.app.version,
    };
    let mut document = Common::openapi();
    for section in sections {
        document.merge((section.document)());
    }
    document.info.title.clone_from(&settings.app.name);
    document.info.description = Some(settings.app.description.clone());
    document.info.version.clone_from(&settings.app.version);
    // Relative to the document itself, whatever name and path prefix the service is reached by.
    document.servers = Some(vec![ServerBuilder::new().url(".").description(Some("This service")).build()]);
    if settings.server.metrics_bind.is_some() {
        document.paths.paths.remove("/metrics");
    }
    error_responses::add_what_settings_refuse(&mut document, settings);
    error_responses::add_enrolment(&mut document, sections, settings);
    set_password_length(&mut document, password);
    success_examples::add(&mut document, sections, &context);
    oauth_errors::rewrite(&mut document, &catalogue);
    error_examples::add(&mut document, &context);
    request_headers::add(&mut document);
    headers::add(&mut document);
    Ok(document)
}

/// The document as JSON for people to read.
///
/// # Errors
/// As [`DocumentError`] says.
pub fn document_text(settings: &Settings, sections: &[ApiSection]) -> Result<String, DocumentError> {
    Ok(document(settings, sections)?.to_pretty_json()? + "\n")
}

/// How short a password may be is a setting.
fn set_password_length(document: &mut OpenApi, policy: PasswordPolicy) {
    let schemas = document.components.as_mut().map(|components| &mut components.schemas);
    if let Some(RefOr::T(Schema::Object(request))) = schemas.and_then(|schemas| schemas.get_mut("RegisterRequest"))
        && let Some(RefOr::T(Schema::Object(password))) = request.properties.get_mut("password")
    {
        password.min_length = Some(policy.min_length);
    }
}
