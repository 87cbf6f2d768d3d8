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
mod shared_limit;
mod slow_clients;

use ore_harness::parts;

pub(crate) use self::cluster::run as run_cluster;
use crate::context::Context;
use crate::kit::{caddy_gateway, haproxy, nginx, nginx_gateway};

parts! {
    /// The faults, and what brings each about and checks what the service does.
    enum Scenario of Context;
    KillLoop => kill_loop::run,
    Mail => mail::run,
    PostgresOutage => postgres_outage::run,
    Failover => failover::run,
    Pgbouncer => pgbouncer::run,
    RedisOutage => redis_outage::run,
    RedisSentinel => redis_sentinel::run,
    PostgresLimits => postgres_limits::run,
    DiskFull => disk_full::run,
    RollingRestartHaproxy => |context| rolling_restart::run(context, haproxy),
    RollingRestartNginx => |context| rolling_restart::run(context, nginx),
    Rotation => rotation::run,
    GatewayNginx => |context| gateway::run(context, nginx_gateway),
    GatewayCaddy => |context| gateway::run(context, caddy_gateway),
    ClockSkew => clock_skew::run,
    FirstStart => first_start::run,
    ExpandAndContract => expand_and_contract::run,
    ConnectionStorm => connection_storm::run,
    SlowClients => slow_clients::run,
    LoginFlood => login_flood::run,
    Mixed => mixed::run,
}
