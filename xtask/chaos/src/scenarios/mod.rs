//! The faults, one file each.

mod clock_skew;
mod cluster;
mod connection_storm;
mod disk_full;
mod expand_and_contract;
mod failover;
mod first_start;
mod gateway;
mod kill_loop;
mod login_flood;
mod mail;
mod mixed;
mod pgbouncer;
mod postgres_limits;
mod postgres_outage;
mod redis_outage;
mod redis_sentinel;
mod rolling_restart;
mod rotation;
mod scenario;
mod shared_limit;
mod slow_clients;

pub(crate) use cluster::run as run_cluster;
pub(crate) use scenario::Scenario;
