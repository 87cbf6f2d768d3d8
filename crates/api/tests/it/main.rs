//! The service from outside: the real binary on its own database file, asked over HTTP and from the command line.
//!
//! One binary, so that it links once.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod support;

mod access;
mod account;
mod adoption;
mod api_keys;
mod audit;
mod backup;
mod calibrate;
mod client_address;
mod command_line;
mod compression;
mod connections;
mod cors;
mod credential_limits;
mod credential_limits_shared;
mod credential_log;
mod database;
mod doctor;
mod documentation;
mod error_table;
mod external_api;
mod first_admin;
mod general_limit;
mod hash_wait;
mod headers;
mod https;
mod idempotency;
mod impersonation;
mod import;
mod inherited_sockets;
mod kept_connections;
mod languages;
mod legacy_tokens;
mod libpq_environment;
mod lifecycle;
mod log_in;
mod log_lines;
mod log_safety;
mod malformed_requests;
mod metrics;
mod metrics_access;
mod openapi;
mod operators;
mod operators_keys;
mod operators_roles;
mod operators_users;
mod outage;
mod own_endpoints;
mod passwords;
mod pooler;
mod python_peer;
mod readme;
mod recovery;
mod redis_outage;
mod registration;
mod reload;
mod request_bodies;
mod sessions;
mod settings_faults;
mod shortages;
mod signals;
mod signing_keys;
mod slow_clients;
mod slow_log_reader;
mod throttle;
mod tls;
mod tls_files;
mod tokens;
mod traces;
mod users;
mod write_lock;
