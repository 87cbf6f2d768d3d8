use ore_settings::Settings;

use super::file::JSON;
use super::redoc::Redoc;
use super::swagger_ui::SwaggerUi;
use super::{DocumentationError, File};
use crate::openapi;

/// Everything that the documentation consists of, made once at the start.
pub struct Site {
    pub(crate) document: File,
    pub(crate) swagger_ui: SwaggerUi,
    pub(crate) redoc: Redoc,
}

impl Site {
    /// With name and description from the settings.
    ///
    /// # Errors
    /// [`DocumentationError`].
    pub fn new(settings: &Settings) -> Result<Self, DocumentationError> {
        Ok(Self {
            document: File::new(JSON, openapi::document_text(settings)?),
            swagger_ui: SwaggerUi::new(&settings.app)?,
            redoc: Redoc::new(&settings.app)?,
        })
    }
}
