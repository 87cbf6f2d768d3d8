//! The pages on which people look after their account: forms that work without JavaScript, over the use cases of the services.

mod admin;
mod admin_sections;
mod assets;
mod branding;
mod completed_action;
mod components;
mod error_messages;
mod error_page;
mod form;
mod layout;
mod logo;
mod page_context;
mod page_request;
mod page_session;
mod passkey_form;
mod return_path;
mod routes;
mod session_proof;
mod site;
mod submitted_form;
mod texts;
mod timestamp;

pub use branding::{Accent, Branding};
pub use logo::{Logo, LogoFault};
pub use routes::endpoints;
pub use site::{ResetHook, Site, SiteOptions};
