//! What the programs that look at `workflow-server` from outside have in common, `ore-chaos` and `ore-bench`: processes
//! that end with us, databases of our own, a client, and what a person who waits sees.

#![allow(clippy::missing_errors_doc, reason = "only programs use it, and they print an error with its causes")]

mod account;
mod client;
mod cpu_quota;
mod database;
mod guard;
mod haproxy;
mod network;
mod observation;
mod postgres;
mod process;
mod progress;
mod tools;
mod verdict;
mod wait;
mod wrk;

pub use account::Account;
pub use client::{Answer, Client, Failure, Request};
pub use cpu_quota::CpuQuota;
pub use database::Database;
pub use guard::Guard;
pub use haproxy::start_haproxy;
pub use network::{free_port, held_by_server, local};
pub use observation::{Footprint, peak_memory, processor_time, resident_memory, restart_peak_memory};
pub use postgres::{Postgres, PostgresPlan};
pub use process::{Process, run};
pub use progress::{exit_code, say};
pub use tools::Tools;
pub use verdict::{Skipped, Verdict};
pub use wait::{eventually, until};
pub use wrk::{Wrk, WrkOutcome, WrkPlan};
