//! What the cases are made of.

mod accounts;
mod closed_loop;
mod contender;
mod cost;
mod crowd;
mod exchange_loop;
mod interleaving;
mod open_loop;
mod raw_client;
mod refreshers;
mod script;
mod server;
mod shuffle;

pub(crate) use accounts::{PASSWORD, fill, log_in, register, register_admin, register_for_refresh, stored_hash};
pub(crate) use closed_loop::ClosedLoop;
pub(crate) use contender::{Contender, HashLoop, alternate, alternate_all};
pub(crate) use cost::Cost;
pub(crate) use crowd::Crowd;
pub(crate) use exchange_loop::{ExchangeLoop, loop_account};
pub(crate) use interleaving::{Class, interleave};
pub(crate) use open_loop::{OpenLoop, microseconds};
pub(crate) use refreshers::Refreshers;
pub(crate) use script::{each_in_turn, log_in_as, random_log_ins};
pub(crate) use server::{BareAnswer, Server, ServerPlan, start_bare};
