//! The repositories, one a file, each implemented on the connection itself, so that handing one out costs nothing.

mod api_keys;
mod audit_log;
mod creation_list;
mod find_one;
mod idempotent_calls;
mod known_sources;
mod login_failures;
mod outbox;
mod passkeys;
mod revocations;
mod roles;
mod second_factors;
mod service_accounts;
mod sessions;
mod signing_keys;
mod user_filters;
mod user_imports;
mod user_list;
mod users;
