//! What the scenarios are made of.

mod chance;
mod client;
mod database;
mod guard;
mod ledger;
mod load;
mod network;
mod observation;
mod postgres;
mod process;
mod redis;
mod relay;
mod service;
mod wait;

pub(crate) use chance::Chance;
pub(crate) use client::{Answer, Client, Request};
pub(crate) use database::Database;
pub(crate) use guard::Guard;
pub(crate) use ledger::{Call, Ledger, Record, percentile};
pub(crate) use load::{Load, LoadPlan, PASSWORD, assert_all_log_in, register};
pub(crate) use network::{free_port, held_by_server, local};
pub(crate) use observation::{Footprint, peak_memory, resident_memory, restart_peak_memory};
pub(crate) use postgres::Postgres;
pub(crate) use process::{Process, run};
pub(crate) use redis::Redis;
pub(crate) use relay::Relay;
pub(crate) use service::{Service, ServicePlan};
pub(crate) use wait::{eventually, until};
