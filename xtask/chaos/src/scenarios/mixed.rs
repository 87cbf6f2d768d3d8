//! Users register, log in and ask who they are, and others send what must be refused, at two replicas on one PostgreSQL
//! and one Redis, while faults take turns at random. One replica meets every fault; the other is never restarted, and
//! must be as small afterwards as before.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;
use fastrand::Rng;
use ore_harness::{Database, Footprint, Redis, Request, Service};
use rustix::process::Signal;
use serde_json::json;
use tokio::time::sleep;

use crate::context::{Context, HIGH_LIMITS, service};
use crate::kit::{BACK, CUT, Call, LoadPlan, LoadResults, expect_all_log_in, footprint_at_rest};

/// Milliseconds from the begin of a load to the fault, and that a dependency or a replica is away.
const BEFORE: RangeInclusive<u64> = 100..=700;
const AWAY: RangeInclusive<u64> = 200..=2500;

/// What a refusal may take: two seconds are promised, and a busy machine may add this.
const REFUSAL: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(3);

/// What the replica that is never restarted may hold at the end beside what it held after its first load: memory that
/// the allocator keeps, and connections to the database that no load needed before.
const KEPT_KIB: u64 = 16 * 1024;
const KEPT_DESCRIPTORS: usize = 4;
const KEPT_THREADS: u64 = 2;

/// So many requests in a short turn may get 503 while PostgreSQL is there.
const FEW: usize = 10;

/// What takes turns; the derive lists them.
#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Fault {
    Kill,
    Restart,
    PostgresStop,
    PostgresCrash,
    RedisKill,
    RedisHang,
    RedisFlush,
}

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut deployment = Deployment::start(context).await?;
    let before = deployment.rest(context).await?;
    let time = context.choose(Duration::from_secs(10), Duration::from_mins(30));
    let (started, mut turn, mut faults) = (Instant::now(), 0, Vec::new());
    let all = Fault::value_variants();
    while turn < all.len() || started.elapsed() < time {
        // Every fault has had its turn before any of them has another.
        let Some(fault) = faults.pop() else {
            faults.extend(all);
            deployment.chance.shuffle(&mut faults);
            continue;
        };
        turn += 1;
        context.step(&format!("mixed: turn {turn}, {fault:?}"));
        deployment.take_turn(context, fault).await.with_context(|| format!("turn {turn}, {fault:?}"))?;
        context.measure("turns", turn);
    }
    let after = deployment.rest(context).await?;
    context.measure("before", json!(before));
    context.measure("after", json!(after));
    let lost = deployment.acknowledged.difference(&deployment.database.users()?).count();
    ensure!(lost == 0, "{lost} acknowledged users are gone");
    deployment.database.check_integrity()?;
    ensure!(after.memory_kib <= before.memory_kib + KEPT_KIB, "memory is not flat: {before:?}, {after:?}");
    ensure!(after.descriptors <= before.descriptors + KEPT_DESCRIPTORS, "descriptors: {before:?}, {after:?}");
    ensure!(after.threads <= before.threads + KEPT_THREADS, "threads: {before:?}, {after:?}");
    Ok(())
}

/// The replicas and what they depend on.
struct Deployment {
    chance: Rng,
    database: Database,
    redis: Redis,
    /// The replica that meets every fault, on a port that stays.
    hit: Service,
    spared: Service,
    load: LoadPlan,
    /// All who were told that they are registered.
    acknowledged: BTreeSet<String>,
}

impl Deployment {
    async fn start(context: &Context) -> Result<Self> {
        context.measure("seed", context.seed);
        context.step(&format!("mixed: --seed {} gives these turns again", context.seed));
        let (database, redis) = (context.postgres()?, Redis::start(context)?);
        let plan = service("replica", &database.url())
            .with("BACKEND_REDIS_URL", redis.url())
            .with_all(&HIGH_LIMITS)
            .with("BACKEND_SHUTDOWN_DELAY_SECONDS", "1")
            // Longer than this runs.
            .with("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", "120");
        let [hit, spared] = plan.start_two(context).await?;
        let load = LoadPlan::register(spared.address()).await?;
        let (chance, acknowledged) = (Rng::with_seed(context.seed), BTreeSet::new());
        Ok(Self { chance, database, redis, hit, spared, load, acknowledged })
    }

    /// One fault under load, and everything that must hold once it is over.
    async fn take_turn(&mut self, context: &Context, fault: Fault) -> Result<()> {
        let workers = [(Call::Register, 2), (Call::Login, 2), (Call::Me, 2), (Call::Bad, 1)];
        let [hit, spared] = [&self.hit, &self.spared].map(|replica| self.load_at(replica).start(&workers));
        let [before, away] = [BEFORE, AWAY].map(|range| Duration::from_millis(self.chance.u64(range)));
        sleep(before).await;
        let survived = self.survive(context, fault, away).await;
        let (hit, spared) = (hit.stop().await?, spared.stop().await?);
        survived?;
        // While nobody listens nobody is connected; only a kill cuts requests.
        let of_the_hit = match fault {
            Fault::Kill => CUT,
            Fault::Restart => &["not connected"],
            _ => &[],
        };
        for (results, allowed_failures) in [hit, spared].iter().zip([of_the_hit, &[]]) {
            self.note(context, results);
            check_answers(results, allowed_failures, fault)?;
            expect_all_log_in(self.spared.address(), &results.acknowledged).await?;
        }
        Ok(())
    }

    fn load_at(&self, replica: &Service) -> LoadPlan {
        LoadPlan { server: replica.address(), ..self.load.clone() }
    }

    fn note(&mut self, context: &Context, results: &LoadResults) {
        results.measure(context, "");
        context.measure_time("longest_answer", results.longest(200));
        self.acknowledged.extend(results.acknowledged.iter().cloned());
    }

    /// Brings the fault about and ends it, and waits until both replicas serve again.
    async fn survive(&mut self, context: &Context, fault: Fault, away: Duration) -> Result<()> {
        match fault {
            Fault::Kill => self.hit.kill(),
            Fault::Restart => self.hit.terminate(),
            Fault::PostgresStop => self.database.server()?.end(Signal::INT),
            Fault::PostgresCrash => self.database.server()?.end(Signal::QUIT),
            Fault::RedisKill => self.redis.server.kill(),
            Fault::RedisHang => self.redis.server.signal(Signal::STOP),
            Fault::RedisFlush => self.redis.flush(),
        }?;
        sleep(away).await;
        match fault {
            Fault::Kill | Fault::Restart => self.hit = self.hit.plan.start_ready(context).await?,
            Fault::PostgresStop | Fault::PostgresCrash => self.database.server()?.resume()?,
            Fault::RedisKill => self.redis.resume()?,
            Fault::RedisHang => self.redis.server.signal(Signal::CONT)?,
            Fault::RedisFlush => {}
        }
        for replica in [&self.hit, &self.spared] {
            replica.wait_until_ready(BACK).await?;
            replica.expect_soon(BACK, 200, &Request::login(&self.load.account)).await?;
        }
        Ok(())
    }

    /// The footprint of the replica that is never restarted, once a load of all kinds is over.
    async fn rest(&mut self, context: &Context) -> Result<Footprint> {
        context.step("mixed: without a fault");
        let workers = [Call::Register, Call::Login, Call::Me, Call::Bad].map(|call| (call, 8));
        let load = self.load_at(&self.spared).start(&workers);
        sleep(Duration::from_secs(2)).await;
        self.note(context, &load.stop().await?);
        footprint_at_rest(&self.spared)
    }
}

fn check_answers(results: &LoadResults, allowed_failures: &[&str], fault: Fault) -> Result<()> {
    results.expect(&[200, 503], allowed_failures)?;
    ensure!(results.count(200) > 0, "nobody was served");
    if !matches!(fault, Fault::PostgresStop | Fault::PostgresCrash) {
        results.expect_few_refused(FEW)?;
    }
    let longest = results.longest(503);
    ensure!(longest <= REFUSAL + SLACK, "a refusal took {longest:?}");
    Ok(())
}
