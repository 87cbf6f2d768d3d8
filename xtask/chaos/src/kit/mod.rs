//! What the scenarios are made of, beside what `ore-harness` has.

mod backend;
mod chance;
mod ledger;
mod load;
mod mailbox;
mod redis;
mod relay;
mod service;

pub(crate) use backend::Backend;
pub(crate) use chance::Chance;
pub(crate) use ledger::{Call, Ledger, Record, percentile};
pub(crate) use load::{Load, LoadPlan, PASSWORD, assert_all_log_in, logging_in, register, register_for_load};
pub(crate) use mailbox::{Mailbox, Mails, doubled};
pub(crate) use redis::Redis;
pub(crate) use relay::Relay;
pub(crate) use service::{Service, ServicePlan};
