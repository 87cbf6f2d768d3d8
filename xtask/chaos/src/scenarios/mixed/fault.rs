//! The faults that take turns.

use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use tokio::time::sleep;

use super::Deployment;
use crate::context::Context;
use crate::kit::between;

/// For the drain, and for what is under way.
const END: Duration = Duration::from_secs(20);

/// How long a dependency or a replica is away.
const SHORTEST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_millis(2500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// SIGKILL, and a new process later.
    Kill,
    /// SIGTERM, and a new process when the old one has ended.
    Restart,
    /// PostgreSQL is stopped in good order.
    PostgresStop,
    /// PostgreSQL ends at once, as in a crash.
    PostgresCrash,
    /// Redis ends at once.
    RedisKill,
    /// Redis accepts connections and says nothing.
    RedisHang,
    /// Redis forgets everything.
    RedisFlush,
}

impl Fault {
    pub(super) const ALL: [Self; 7] = [
        Self::Kill,
        Self::Restart,
        Self::PostgresStop,
        Self::PostgresCrash,
        Self::RedisKill,
        Self::RedisHang,
        Self::RedisFlush,
    ];

    /// Whether requests cannot be answered meanwhile.
    pub(super) fn takes_postgres_away(self) -> bool {
        matches!(self, Self::PostgresStop | Self::PostgresCrash)
    }

    /// Which other outcomes are allowed at the replica that the fault hits: a kill cuts requests, and while nobody
    /// listens nobody is connected. An end in good order cuts nothing.
    pub(super) fn allows_of_the_hit(self) -> fn(&str) -> bool {
        match self {
            Self::Kill => |outcome| outcome.contains(" cut") || outcome.contains("not connected"),
            Self::Restart => |outcome| outcome.contains("not connected"),
            _ => |_| false,
        }
    }

    /// Brings the fault about, and ends it.
    pub(super) async fn strike(self, context: &Context, deployment: &mut Deployment) -> Result<()> {
        let away = between(&mut deployment.chance, SHORTEST, LONGEST);
        match self {
            Self::Kill => {
                deployment.hit.kill()?;
                sleep(away).await;
                deployment.hit = deployment.plan.start_ready(context).await?;
            }
            Self::Restart => {
                deployment.hit.terminate(END).await?;
                deployment.hit = deployment.plan.start_ready(context).await?;
            }
            Self::PostgresStop => stop_postgres(deployment, Signal::INT, away).await?,
            Self::PostgresCrash => stop_postgres(deployment, Signal::QUIT, away).await?,
            Self::RedisKill => {
                deployment.redis.kill()?;
                sleep(away).await;
                deployment.redis.resume()?;
            }
            Self::RedisHang => {
                deployment.redis.signal(Signal::STOP)?;
                sleep(away).await;
                deployment.redis.signal(Signal::CONT)?;
            }
            Self::RedisFlush => deployment.redis.flush()?,
        }
        Ok(())
    }
}

async fn stop_postgres(deployment: &mut Deployment, signal: Signal, away: Duration) -> Result<()> {
    deployment.database.server()?.end(signal)?;
    sleep(away).await;
    deployment.database.server()?.resume()
}
