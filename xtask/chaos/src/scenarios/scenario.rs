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

/// Names, and what brings the fault about and checks what the service does.
macro_rules! scenarios {
    ($($(#[$document:meta])* $name:ident => $run:expr,)*) => {
        /// The scenarios, in the order in which they run.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
        pub(crate) enum Scenario {
            $($(#[$document])* $name,)*
        }

        impl Scenario {
            pub(crate) async fn run(self, context: &Context) -> Result<()> {
                match self {
                    $(Self::$name => ($run)(context).await,)*
                }
            }
        }
    };
}

scenarios! {
    /// Killed while users register, and started again
    KillLoop => kill_loop::run,
    /// Killed between the answer to a registration and its mail
    Mail => mail::run,
    /// PostgreSQL goes away under load and comes back
    PostgresOutage => postgres_outage::run,
    /// PostgreSQL under Patroni changes its leader
    Failover => failover::run,
    /// A pooler, pgbouncer, lends connections for a transaction each
    Pgbouncer => pgbouncer::run,
    /// Redis goes away, hangs, is slow, and forgets everything
    RedisOutage => redis_outage::run,
    /// Redis with sentinels changes its master
    RedisSentinel => redis_sentinel::run,
    /// PostgreSQL counts the limits of two replicas
    PostgresLimits => postgres_limits::run,
    /// The disk of the SQLite file is full
    DiskFull => disk_full::run,
    /// Two replicas behind haproxy are restarted in turn
    RollingRestartHaproxy => |context| rolling_restart::run(context, haproxy),
    /// Two replicas behind nginx are restarted in turn
    RollingRestartNginx => |context| rolling_restart::run(context, nginx),
    /// What signs tokens is replaced at two replicas
    Rotation => rotation::run,
    /// nginx asks the service who calls
    GatewayNginx => |context| gateway::run(context, nginx_gateway),
    /// Caddy asks the service who calls
    GatewayCaddy => |context| gateway::run(context, caddy_gateway),
    /// Replicas whose clocks differ
    ClockSkew => clock_skew::run,
    /// Eight replicas start at once on an empty database
    FirstStart => first_start::run,
    /// An earlier program serves on this one's schema and beside it
    ExpandAndContract => expand_and_contract::run,
    /// Connections on which nothing happens
    ConnectionStorm => connection_storm::run,
    /// Clients that send and read as slowly as they can
    SlowClients => slow_clients::run,
    /// More log-ins at once than can be computed
    LoginFlood => login_flood::run,
    /// Requests of all kinds while faults take turns at random
    Mixed => mixed::run,
}
