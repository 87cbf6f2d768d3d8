//! The pages of administration: a file a page, or what is done on it.

mod account_path;
mod audit;
mod audit_export;
mod endpoints;
mod impersonate;
mod keys;
mod list_page;
mod mail;
mod new_user;
mod overview;
mod role;
mod roles;
mod service_account;
mod service_account_actions;
mod service_account_keys;
mod service_accounts;
mod system;
mod user;
mod user_actions;
mod user_details;
mod user_edits;
mod user_facts;
mod user_forms;
mod users;

pub(super) use endpoints::endpoints;
pub(super) use impersonate::way_back;
