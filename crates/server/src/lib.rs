//! The server of the ORE backend, from its settings to the end of the last request: the ports and what stands behind them, the
//! application around the routes, and what follows the database.
//!
//! `docs/architecture.md` follows one request through it.

/// The application: which middleware surrounds the routes, in which order.
pub mod app;
/// The ports and what stands behind them.
pub mod backend;
mod first_admin;
mod greeting;
mod key_check;
mod key_follower;
pub mod key_ring;
mod page_site;
mod passkey_ceremonies;
mod ready_store;
mod role_check;
/// From the settings to the end of the last request.
pub mod serve;
mod store_monitor;
pub mod tokens;
mod unfinished_file;
