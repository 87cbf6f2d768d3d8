//! The repositories, one a file, each implemented on the connection itself, so that handing one out costs nothing.

mod audit_log;
mod find_one;
mod idempotent_calls;
mod known_sources;
mod login_failures;
mod outbox;
mod roles;
mod sessions;
mod user_imports;
mod user_list;
mod users;
