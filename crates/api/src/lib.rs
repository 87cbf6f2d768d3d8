//! The HTTP server of the ORE backend: its routes, their OpenAPI document, and the server from the settings on.
//!
//! `docs/architecture.md` follows one request through it.

/// The application: which middleware surrounds the routes, in which order.
pub mod app;
mod authorization_server;
/// The ports and what stands behind them.
pub mod backend;
pub mod documentation;
mod first_admin;
mod greeting;
mod key_check;
mod key_follower;
pub mod key_ring;
pub mod openapi;
mod page_site;
mod passkey_ceremonies;
mod ready_store;
mod role_check;
pub mod routes;
/// From the settings to the end of the last request.
pub mod serve;
mod store_monitor;
pub mod tokens;
mod unfinished_file;

pub use ore_web::endpoint;
