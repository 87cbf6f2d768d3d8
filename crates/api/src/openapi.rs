//! The OpenAPI document, from the routes and the schemas.

use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::routes::{auth, health, metrics};
use crate::settings::AppSettings;

#[derive(OpenApi)]
#[openapi(
    paths(
        auth::register,
        auth::login,
        auth::me,
        health::health,
        health::readiness,
        metrics::metrics
    ),
    modifiers(&BearerScheme)
)]
struct Document;

struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

/// The document as JSON for people to read, with title, description and version from the settings.
///
/// # Errors
/// When it cannot be written: a fault of the program.
pub fn document_text(settings: &AppSettings) -> Result<String, serde_json::Error> {
    let mut document = Document::openapi();
    document.info.title.clone_from(&settings.name);
    document.info.description = Some(settings.description.clone());
    document.info.version.clone_from(&settings.version);
    document.to_pretty_json().map(|text| text + "\n")
}
