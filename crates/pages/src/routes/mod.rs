//! A file a page: its form, and what becomes of it.

mod activity;
mod admin;
mod api_keys;
mod asset;
mod delete;
mod email;
mod endpoints;
mod export;
mod factors;
mod first_admin;
mod forgot;
mod log_in;
mod log_in_form;
mod log_out;
mod overview;
mod passkey_proof;
mod password;
mod profile;
mod reauthenticate;
mod register;
mod resend;
mod reset;
mod root;
mod second_factor;
mod sessions;
mod verify;

pub use endpoints::endpoints;
