//! The HTTP server of the ORE backend: settings, telemetry, middleware, routes, and the command line of
//! `workflow-server`.
//!
//! `docs/architecture.md` follows one request through it.

/// The application: which middleware surrounds the routes, in which order.
pub mod app;
mod authorization_server;
/// The ports and what stands behind them.
pub mod backend;
pub mod cli;
pub mod documentation;
/// The account that is there before any other.
pub mod first_admin;
mod greeting;
mod key_check;
/// The pairs of keys that replicas agree on.
pub mod key_follower;
mod key_ring;
pub mod openapi;
mod page_site;
mod passkey_ceremonies;
/// No work for the store before its schema is there.
pub mod ready_store;
mod role_check;
pub mod routes;
/// From the settings to the end of the last request.
pub mod serve;
/// Watches the database and brings its schema up to date.
pub mod store_monitor;
mod tokens;
mod unfinished_file;

pub use ore_web::endpoint;
