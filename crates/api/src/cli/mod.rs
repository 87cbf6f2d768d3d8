//! The command line of `workflow-server`.

mod arguments;
mod configuration;
mod healthcheck;
mod migrate;
mod outcome;
mod run;
mod user;

pub use outcome::Failure;
pub use run::run;
