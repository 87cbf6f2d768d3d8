//! The HTTP API of the ORE backend: a file of routes for each subject.
//!
//! `docs/adding-an-endpoint.md` shows how one is added.

mod authorization_server;
pub mod routes;

pub use authorization_server::authorization_server;
