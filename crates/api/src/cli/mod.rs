//! The command line of `workflow-server`.

mod advice;
mod arguments;
mod audit;
mod audit_arguments;
mod backup;
mod calibrate;
mod configuration;
mod console;
mod database;
mod doctor;
mod export;
mod healthcheck;
mod healthcheck_tls;
mod import;
mod import_arguments;
mod import_report;
mod libpq_environment;
mod mail;
mod memory_of_secrets;
mod migrate;
mod outcome;
mod proposal;
mod run;
mod shortage;
mod user;

pub use arguments::command;
pub use libpq_environment::leave_libpq_environment;
pub use outcome::Failure;
pub use run::main;
