use ore_settings::AppSettings;

use super::file::JSON;
use super::redoc::Redoc;
use super::swagger_ui::SwaggerUi;
use super::{DocumentationError, File};

/// Everything that the documentation consists of, made once at the start.
pub struct Site {
    pub(super) document: File,
    pub(super) swagger_ui: SwaggerUi,
    pub(super) redoc: Redoc,
}

impl Site {
    /// The pages of this OpenAPI document, with name and description from the settings.
    ///
    /// # Errors
    /// [`DocumentationError`].
    pub fn new(settings: &AppSettings, document: String) -> Result<Self, DocumentationError> {
        Ok(Self {
            document: File::new(JSON, document),
            swagger_ui: SwaggerUi::new(settings)?,
            redoc: Redoc::new(settings)?,
        })
    }
}
