//! The pages on which people look after their account: forms that work without JavaScript, over the use cases of the services.

mod admin;
mod admin_sections;
mod assets;
mod branding;
mod components;
mod done;
mod error_page;
mod fault;
mod form;
mod fresh;
mod layout;
mod logo;
mod member;
mod passkey_form;
mod return_path;
mod routes;
mod site;
mod submitted;
mod surroundings;
mod texts;
mod timestamp;
mod visit;

pub use branding::{Accent, Branding};
pub use logo::{Logo, LogoFault};
pub use routes::endpoints;
pub use site::{ResetHook, Site, SiteOptions};
