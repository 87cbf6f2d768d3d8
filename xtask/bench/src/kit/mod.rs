//! What the cases are made of.

mod accounts;
mod contender;
mod cpu_quota;
mod open_loop;
mod program;
mod refreshers;
mod service;

pub(crate) use accounts::{EMAIL, fill, log_ins_of_one, random_log_ins, start_log_ins, stored_hash};
pub(crate) use contender::{CLIENTS, Contender, Figure, Load, ME, compare, compare_times, three_loads};
pub(crate) use cpu_quota::CpuQuota;
pub(crate) use open_loop::{OpenLoop, microseconds};
pub(crate) use program::{Program, loop_account};
pub(crate) use refreshers::Refreshers;
pub(crate) use service::{Cost, service, start_bare};
