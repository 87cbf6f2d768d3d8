//! What the cases are made of.

mod accounts;
mod contender;
mod interleaving;
mod open_loop;
mod program;
mod raw_client;
mod refreshers;
mod service;

pub(crate) use accounts::{fill, log_in_as, random_log_ins, start_log_ins, stored_hash};
pub(crate) use contender::{Beside, Contender, Figure, Ratio, compare, compare_times, three_loads};
pub(crate) use interleaving::{Class, interleave};
pub(crate) use open_loop::{OpenLoop, microseconds};
pub(crate) use program::{Program, loop_account};
pub(crate) use refreshers::Refreshers;
pub(crate) use service::{Cost, service, start_bare};
