//! What the scenarios are made of, beside what `ore-harness` has.

mod backend;
mod chance;
mod deploy;
mod ledger;
mod load;
mod mailbox;
mod patroni;
mod pgbouncer;
mod redis;
mod relay;
mod sentinels;
mod service;
mod session_ledger;
mod sessions;
mod shift;

pub(crate) use backend::Backend;
pub(crate) use chance::Chance;
pub(crate) use ledger::{Call, Ledger, Record, percentile};
pub(crate) use load::{Load, LoadPlan, PASSWORD, assert_all_log_in, logging_in, register, register_for_load};
pub(crate) use mailbox::{Mailbox, Mails, doubled};
pub(crate) use patroni::Patroni;
pub(crate) use pgbouncer::PgBouncer;
pub(crate) use redis::Redis;
pub(crate) use relay::Relay;
pub(crate) use sentinels::Sentinels;
pub(crate) use service::{Service, ServicePlan};
pub(crate) use session_ledger::SessionLedger;
pub(crate) use sessions::SessionLoad;
