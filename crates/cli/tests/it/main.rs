//! The service from outside, asked over HTTP and from the command line. A server runs in the process of its test. Where a test
//! is about the process, its log or its end, the real binary runs.
//!
//! One binary, so that it links once.

#![allow(clippy::unwrap_used, reason = "helpers of tests, which clippy does not take for tests")]

mod support;

mod access;
mod access_by_others;
mod account;
mod adoption;
mod any_database;
mod api_keys;
mod audit;
mod audit_denials;
mod backup;
mod client;
mod client_faults;
mod command_line;
mod credential_limits;
mod credential_limits_shared;
mod credential_log;
mod database;
mod doctor;
mod error_table;
mod example_services;
mod external_api;
mod first_admin;
mod idempotency;
mod impersonation;
mod import;
mod least_rights;
mod legacy_tokens;
mod libpq_environment;
mod lifecycle;
mod lists;
mod log_in;
mod log_safety;
mod metrics;
mod oauth;
mod oauth_exchange;
mod oauth_peer;
mod oauth_services;
mod operators;
mod operators_keys;
mod operators_roles;
mod operators_users;
mod outage;
mod own_endpoints;
mod pages;
mod pages_account;
mod pages_admin;
mod pages_admin_access;
mod pages_admin_more;
mod pages_attacks;
mod pages_branding;
mod pages_factors;
mod pages_first_start;
mod pages_impersonation;
mod pages_mail;
mod pages_passkeys;
mod pages_second_factor;
mod passkey_proofs;
mod passkeys;
mod passwords;
mod pooler;
mod python_peer;
mod readme;
mod recovery;
mod redis_outage;
mod registration;
mod second_factors;
mod sessions;
mod shortages;
mod signing_keys;
mod throttle;
mod tokens;
mod users;
mod verifiers;
mod write_lock;
