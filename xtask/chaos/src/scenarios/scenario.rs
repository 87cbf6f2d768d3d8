//! The list of scenarios.

use anyhow::Result;
use clap::ValueEnum;

use super::{
    clock_skew, connection_storm, disk_full, expand_and_contract, failover, first_start, gateway, kill_loop,
    login_flood, mail, mixed, pgbouncer, postgres_limits, postgres_outage, redis_outage, redis_sentinel,
    rolling_restart, rotation, slow_clients,
};
use crate::context::Context;
use crate::kit::{caddy_gateway, haproxy, nginx, nginx_gateway};

/// The scenarios, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Killed while users register, and started again
    KillLoop,
    /// Killed between the answer to a registration and its mail
    Mail,
    /// PostgreSQL goes away under load and comes back
    PostgresOutage,
    /// PostgreSQL under Patroni changes its leader
    Failover,
    /// A pooler, pgbouncer, lends connections for a transaction each
    Pgbouncer,
    /// Redis goes away, hangs, is slow, and forgets everything
    RedisOutage,
    /// Redis with sentinels changes its master
    RedisSentinel,
    /// PostgreSQL counts the limits of two replicas
    PostgresLimits,
    /// The disk of the SQLite file is full
    DiskFull,
    /// Two replicas behind haproxy are restarted in turn
    RollingRestartHaproxy,
    /// Two replicas behind nginx are restarted in turn
    RollingRestartNginx,
    /// What signs tokens is replaced at two replicas
    Rotation,
    /// nginx asks the service who calls
    GatewayNginx,
    /// Caddy asks the service who calls
    GatewayCaddy,
    /// Replicas whose clocks differ
    ClockSkew,
    /// Eight replicas start at once on an empty database
    FirstStart,
    /// An earlier program serves on this one's schema and beside it
    ExpandAndContract,
    /// Connections on which nothing happens
    ConnectionStorm,
    /// Clients that send and read as slowly as they can
    SlowClients,
    /// More log-ins at once than can be computed
    LoginFlood,
    /// Requests of all kinds while faults take turns at random
    Mixed,
}

impl Scenario {
    /// Brings the fault about and checks what the service does.
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self {
            Self::KillLoop => kill_loop::run(context).await,
            Self::Mail => mail::run(context).await,
            Self::PostgresOutage => postgres_outage::run(context).await,
            Self::Failover => failover::run(context).await,
            Self::Pgbouncer => pgbouncer::run(context).await,
            Self::RedisOutage => redis_outage::run(context).await,
            Self::RedisSentinel => redis_sentinel::run(context).await,
            Self::PostgresLimits => postgres_limits::run(context).await,
            Self::DiskFull => disk_full::run(context).await,
            Self::RollingRestartHaproxy => rolling_restart::run(context, haproxy).await,
            Self::RollingRestartNginx => rolling_restart::run(context, nginx).await,
            Self::Rotation => rotation::run(context).await,
            Self::GatewayNginx => gateway::run(context, nginx_gateway).await,
            Self::GatewayCaddy => gateway::run(context, caddy_gateway).await,
            Self::ClockSkew => clock_skew::run(context).await,
            Self::FirstStart => first_start::run(context).await,
            Self::ExpandAndContract => expand_and_contract::run(context).await,
            Self::ConnectionStorm => connection_storm::run(context).await,
            Self::SlowClients => slow_clients::run(context).await,
            Self::LoginFlood => login_flood::run(context).await,
            Self::Mixed => mixed::run(context).await,
        }
    }
}
