//! What no database has a part in: HTTP, TLS, sockets, settings, the log, the documents and the scripts of `deploy`.
//! These tests run on `SQLite` alone, the others once on each database.

mod calibrate;
mod client_address;
mod compression;
mod connections;
mod cors;
mod deploy_scripts;
mod documentation;
mod gateways;
mod general_limit;
mod hash_wait;
mod headers;
mod https;
mod inherited_sockets;
mod kept_connections;
mod languages;
mod log_lines;
mod malformed_requests;
mod metrics_access;
mod openapi;
mod reload;
mod request_bodies;
mod settings_faults;
mod signals;
mod slow_clients;
mod slow_log_reader;
mod tls;
mod tls_files;
mod traces;
