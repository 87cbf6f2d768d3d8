//! What the programs that look at `workflow-server` from outside have in common, `ore-chaos` and `ore-bench`: the service
//! and other processes, which end with us, databases of our own, clients, and what a person who waits sees.

#![allow(clippy::missing_errors_doc, reason = "only programs use it, and they print an error with its causes")]

mod client;
mod cpu_quota;
mod crew;
mod database;
mod deploy;
mod guard;
mod lab;
mod observation;
mod postgres;
mod process;
mod program;
mod service;
mod tools;
mod wait;
mod wrk;

pub use client::{Answer, Client, PASSWORD, Request, Tokens, log_in, register};
pub use cpu_quota::CpuQuota;
pub use crew::{Crew, Shift};
pub use database::Database;
pub use deploy::{environment, replaced, start_haproxy, with_ports};
pub use guard::Guard;
pub use lab::Lab;
pub use observation::{
    Footprint, cores, free_port, held_by_server, local, peak_memory, processor_time, resident_memory,
    restart_peak_memory,
};
pub use postgres::{Postgres, psql};
pub use process::{Daemon, Process, run};
pub use program::{Choice, Outcome, drive, exit_code, say, write_file};
pub use service::{Service, ServicePlan};
pub use tools::{Skipped, Tools};
pub use wait::{eventually, until};
pub use wrk::{ClosedLoop, Rate};
