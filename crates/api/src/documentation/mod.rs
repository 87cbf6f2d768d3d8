//! Swagger UI, ReDoc and the document that they show, for developers: everything comes from this process.

mod error;
mod file;
mod html;
mod redoc;
mod site;
mod swagger_ui;

pub use error::DocumentationError;
pub(crate) use file::File;
pub use site::Site;
