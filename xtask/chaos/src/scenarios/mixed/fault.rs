//! The faults that take turns.

use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use tokio::time::sleep;

use super::World;
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
    pub(super) async fn strike(self, context: &Context, world: &mut World) -> Result<()> {
        let away = between(&mut world.chance, SHORTEST, LONGEST);
        match self {
            Self::Kill => {
                world.hit.kill()?;
                sleep(away).await;
                world.hit = world.plan.start_ready(context).await?;
            }
            Self::Restart => {
                world.hit.terminate(END).await?;
                world.hit = world.plan.start_ready(context).await?;
            }
            Self::PostgresStop => stop_postgres(world, Signal::INT, away).await?,
            Self::PostgresCrash => stop_postgres(world, Signal::QUIT, away).await?,
            Self::RedisKill => {
                world.redis.kill()?;
                sleep(away).await;
                world.redis.resume()?;
            }
            Self::RedisHang => {
                world.redis.signal(Signal::STOP)?;
                sleep(away).await;
                world.redis.signal(Signal::CONT)?;
            }
            Self::RedisFlush => world.redis.flush()?,
        }
        Ok(())
    }
}

async fn stop_postgres(world: &mut World, signal: Signal, away: Duration) -> Result<()> {
    world.database.server()?.end(signal)?;
    sleep(away).await;
    world.database.server()?.resume()
}
