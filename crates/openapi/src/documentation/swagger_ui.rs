use std::borrow::Cow;
use std::sync::Arc;

use actix_web::web::Bytes;
use ore_settings::AppSettings;
use utoipa_swagger_ui::Config;

use super::file::{CSS, JAVASCRIPT, PNG};
use super::html::escape;
use super::{DocumentationError, File};

/// The style sheet has its small images as `data:` URLs.
const SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// The files of Swagger UI: its own, and the page that puts them together.
pub(super) struct SwaggerUi {
    pub(super) page: File,
    pub(super) style_sheet: File,
    pub(super) script: File,
    pub(super) initialize: File,
    pub(super) icon: File,
}

impl SwaggerUi {
    pub(super) fn new(settings: &AppSettings) -> Result<Self, DocumentationError> {
        Ok(Self {
            page: File::page(page(settings), SECURITY_POLICY),
            style_sheet: File::new(CSS, vendored("swagger-ui.css")?),
            script: File::new(JAVASCRIPT, vendored("swagger-ui-bundle.js")?),
            initialize: File::new(JAVASCRIPT, include_str!("swagger_ui/initialize.js")),
            icon: File::new(PNG, vendored("favicon-32x32.png")?),
        })
    }
}

fn page(settings: &AppSettings) -> String {
    format!(
        include_str!("swagger_ui/page.html"),
        title = escape(&settings.name),
        description = escape(&settings.description)
    )
}

/// A file that the library has built in. Its configuration is for a script that we do not use.
fn vendored(name: &'static str) -> Result<Bytes, DocumentationError> {
    let configuration: Arc<Config<'static>> = Arc::new(Config::default());
    let file = utoipa_swagger_ui::serve(name, configuration).ok().flatten();
    match file.ok_or(DocumentationError::MissingFile(name))?.bytes {
        Cow::Borrowed(bytes) => Ok(Bytes::from_static(bytes)),
        Cow::Owned(bytes) => Ok(bytes.into()),
    }
}
