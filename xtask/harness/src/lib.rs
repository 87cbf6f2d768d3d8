//! What the commands for developers have in common: processes that end with us, servers of PostgreSQL and Redis, and, with
//! the feature `load`, the service as a process and the clients of `ore-chaos` and `ore-bench`.

#![allow(clippy::missing_errors_doc, reason = "only programs use it, and they print an error with its causes")]

#[cfg(feature = "load")]
mod client;
mod console;
#[cfg(feature = "load")]
mod cpu_quota;
mod database;
mod deploy;
mod guard;
mod lab;
#[cfg(feature = "load")]
mod load_clients;
#[cfg(feature = "load")]
mod observation;
mod outcome;
mod ports;
mod postgres;
mod process;
#[cfg(feature = "load")]
mod program;
mod redis;
#[cfg(feature = "load")]
mod service;
mod tools;
mod wait;
#[cfg(feature = "load")]
mod wrk;

pub use rustix::process::Signal;

#[cfg(feature = "load")]
pub use client::{Answer, Client, PASSWORD, Request, Tokens, log_in, register};
pub use console::{complain, say};
#[cfg(feature = "load")]
pub use cpu_quota::CpuQuota;
pub use database::Database;
pub use deploy::{environment, replaced, start_haproxy, with_ports};
pub use guard::Guard;
pub use lab::Lab;
#[cfg(feature = "load")]
pub use load_clients::{LoadClients, LoadState};
#[cfg(feature = "load")]
pub use observation::{
    Footprint, cores, held_by_server, peak_memory, processor_time, resident_memory, restart_peak_memory,
};
pub use outcome::{Outcome, Skipped, exit_code};
pub use ports::{free_port, local};
pub use postgres::{Postgres, psql};
pub use process::{Daemon, Process, run};
#[cfg(feature = "load")]
pub use program::{Choice, drive, write_file};
pub use redis::{Redis, ask_redis_with_password};
#[cfg(feature = "load")]
pub use service::{Service, ServicePlan};
pub use tools::Tools;
#[cfg(feature = "load")]
pub use wait::eventually;
pub use wait::until;
#[cfg(feature = "load")]
pub use wrk::{ClosedLoop, Rate};
