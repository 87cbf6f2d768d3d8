//! The routes, a file a subject: its handlers, its endpoints and its section of the OpenAPI document.

mod account;
mod api_keys;
mod audit;
mod auth;
mod fallback;
mod gateways;
mod groups;
mod impersonation;
mod keys;
mod oauth;
mod oauth_forms;
mod oauth_metadata;
mod operations;
mod passkey_log_in;
mod passkeys;
mod recovery;
mod refresh_token_call;
mod roles;
mod second_factors;
mod service_accounts;
mod sessions;
mod users;

pub use fallback::not_found;
pub use groups::{Groups, SECTIONS};
