//! What the scenarios are made of, beside what `ore-harness` has.

mod connections;
mod ledger;
mod load;
mod redis;
mod service;

pub(crate) use connections::held_by_server;
pub(crate) use ledger::{Call, Ledger, Record, percentile};
pub(crate) use load::{Load, LoadPlan, PASSWORD, assert_all_log_in, register};
pub(crate) use redis::Redis;
pub(crate) use service::{Service, ServicePlan};
