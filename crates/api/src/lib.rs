//! The HTTP server of the ORE backend: settings, telemetry, middleware, routes, and the command line of
//! `workflow-server`.
//!
//! `docs/architecture.md` follows one request through it.

/// The application: which middleware surrounds the routes, in which order.
pub mod app;
/// The ports and what stands behind them.
pub mod backend;
pub mod cli;
pub mod client_address;
/// What is known of a request before anything is done for it.
pub mod context;
/// How calls with credentials ended, for the log.
pub mod credential_log;
pub mod documentation;
pub mod error;
pub mod extract;
/// How often one address may call, whatever it calls.
pub mod general_limit;
/// What becomes of requests that came over plain HTTP.
pub mod https_rule;
pub mod lanes;
pub mod limits;
pub mod locale;
pub mod messages;
pub mod metrics;
/// Who may read the metrics on the port of the service.
pub mod metrics_access;
mod middleware;
pub mod openapi;
/// How many requests are carried out, and how fast.
pub mod rate_limit_policy;
/// Whether the process wants requests.
pub mod readiness;
/// No work for the store before its schema is there.
pub mod ready_store;
/// Success, in the envelope of the contract.
pub mod reply;
pub mod routes;
mod seconds;
/// From listening to the end of the last request.
pub mod server;
/// The use cases that routes offer.
pub mod services;
pub mod settings;
/// What every part of the HTTP layer may need.
pub mod state;
/// Watches the database and brings its schema up to date.
pub mod store_monitor;
pub mod telemetry;
mod tokens;
