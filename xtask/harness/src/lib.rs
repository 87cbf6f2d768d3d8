//! What the commands for developers have in common: processes that end with us, servers of PostgreSQL and Redis, and, with
//! the feature `load`, the service as a process and the clients of `ore-chaos` and `ore-bench`.

#![allow(clippy::missing_errors_doc, reason = "only programs use it, and they print an error with its causes")]

mod console;
mod database;
mod deploy;
mod guard;
mod lab;
#[cfg(feature = "load")]
mod load;
mod outcome;
mod ports;
mod postgres;
mod process;
mod redis;
mod tools;
mod wait;

pub use rustix::process::Signal;

pub use console::{complain, say};
pub use database::Database;
pub use deploy::{replaced, start_haproxy, with_ports};
pub use guard::Guard;
pub use lab::Lab;
#[cfg(feature = "load")]
pub use load::*;
pub use outcome::{Outcome, Skipped, exit_code};
pub use ports::{free_port, local};
pub use postgres::Postgres;
#[cfg(feature = "load")]
pub use process::run_beside;
pub use process::{Process, run};
pub use redis::{Redis, ask_redis_with_password};
pub use tools::Tools;
#[cfg(feature = "load")]
pub use wait::eventually;
pub use wait::{START_TIMEOUT, until};
