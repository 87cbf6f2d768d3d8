//! The HTTP API of the ORE backend: a file of routes for each subject, and the OpenAPI document of all.
//!
//! `docs/adding-an-endpoint.md` shows how one is added.

mod authorization_server;
pub mod documentation;
pub mod openapi;
pub mod routes;

pub use authorization_server::authorization_server;
pub use ore_web::endpoint;
