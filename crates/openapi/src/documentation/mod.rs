//! Swagger UI, ReDoc and the document that they show, for developers: everything comes from this process.

mod endpoints;
mod error;
mod file;
mod html;
mod redoc;
mod site;
mod swagger_ui;

pub use endpoints::endpoints;
pub use error::DocumentationError;
use file::File;
pub use site::Site;
