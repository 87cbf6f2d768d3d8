//! Users register, log in and ask who they are, and others send what must be refused, at two replicas on one PostgreSQL
//! and one Redis, while faults take turns at random. One replica meets every fault; the other is never restarted, and
//! must be as small afterwards as before.

mod fault;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use ore_harness::{Database, Footprint, LoadClients, Redis, Request, Service, ServicePlan, until};
use tokio::time::sleep;

use self::fault::Fault;
use crate::context::{Context, HIGH_LIMITS, service};
use crate::kit::{Call, LoadPlan, LoadResults, between, expect_all_log_in};

/// How long until both replicas serve again after a fault.
const BACK: Duration = Duration::from_secs(5);

/// What a refusal may take: two seconds are promised, and a busy machine may add this.
const REFUSAL: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_secs(3);

/// What the replica that is never restarted may hold at the end beside what it held after its first load: memory that
/// the allocator keeps, and connections to the database that no load needed before.
const KEPT_KIB: u64 = 16 * 1024;
const KEPT_DESCRIPTORS: usize = 4;
const KEPT_THREADS: u64 = 2;

/// One in so many requests, or so many in a short turn, may get 503 while PostgreSQL is there: hashes wait for a busy
/// machine, but not for long.
const FEW: usize = 50;
const FEWEST: usize = 10;

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut deployment = Deployment::start(context).await?;
    let before = deployment.rest(context, 0).await?;
    let time = context.choose(Duration::from_secs(10), Duration::from_mins(30));
    let started = Instant::now();
    let mut turn = 0;
    // Every fault has had its turn before any of them has another.
    while turn == 0 || started.elapsed() < time {
        let mut faults = Fault::ALL;
        deployment.chance.shuffle(&mut faults);
        for fault in faults {
            if turn >= Fault::ALL.len() && started.elapsed() >= time {
                break;
            }
            turn += 1;
            context.step(&format!("mixed: turn {turn}, {fault:?}"));
            deployment.take_turn(context, turn, fault).await.with_context(|| format!("turn {turn}, {fault:?}"))?;
            context.measure("turns", turn);
        }
    }
    let after = deployment.rest(context, turn + 1).await?;
    deployment.finish(context, before, after)
}

/// The replicas and what they depend on.
struct Deployment {
    chance: Rng,
    database: Database,
    redis: Redis,
    /// Of the replica that meets every fault, on a port that stays.
    plan: ServicePlan,
    hit: Service,
    spared: Service,
    load: LoadPlan,
    /// All who were told that they are registered.
    acknowledged: usize,
    requests: usize,
    longest: Duration,
}

impl Deployment {
    async fn start(context: &Context) -> Result<Self> {
        let seed = context.seed;
        context.measure("seed", seed);
        context.step(&format!("mixed: --seed {seed} gives these turns again"));
        let (database, redis) = (context.postgres()?, Redis::start(context)?);
        let plan = service("hit", &database.url())
            .with("BACKEND_REDIS_URL", redis.url())
            .with_all(&HIGH_LIMITS)
            .with("BACKEND_SHUTDOWN_DELAY_SECONDS", "1")
            // Longer than this runs.
            .with("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", "120");
        let spared = plan.named("spared").start_ready(context).await?;
        let hit = plan.start_ready(context).await?;
        let load = LoadPlan::register(spared.address(), "mixed").await?.pausing(Duration::from_millis(10));
        let (chance, longest) = (Rng::with_seed(seed), Duration::ZERO);
        Ok(Self { chance, database, redis, plan, hit, spared, load, acknowledged: 1, requests: 0, longest })
    }

    /// One fault under load, and everything that must hold once it is over.
    async fn take_turn(&mut self, context: &Context, turn: usize, fault: Fault) -> Result<()> {
        let workers = [(Call::Register, 2), (Call::Login, 2), (Call::Me, 2), (Call::Bad, 1)];
        let loads = [&self.hit, &self.spared].map(|it| self.load(turn, it).start(&workers));
        sleep(between(&mut self.chance, Duration::from_millis(100), Duration::from_millis(700))).await;
        let survived = self.survive(context, fault).await;
        let [hit, spared] = loads.map(LoadClients::stop);
        let (hit, spared) = (hit.await?, spared.await?);
        survived?;
        check_answers(&hit, fault.allows_of_the_hit(), fault)?;
        check_answers(&spared, |_| false, fault)?;
        for results in [hit, spared] {
            self.requests += results.records.len();
            self.acknowledged += results.acknowledged.len();
            self.longest = self.longest.max(results.longest(200));
            expect_all_log_in(self.spared.address(), &results.acknowledged).await?;
        }
        self.hit.check_health()?;
        self.spared.check_health()
    }

    fn load(&self, turn: usize, replica: &Service) -> LoadPlan {
        self.load.at(replica.address(), format!("mixed-{turn}-{}", replica.process()))
    }

    async fn survive(&mut self, context: &Context, fault: Fault) -> Result<()> {
        fault.strike(context, self).await?;
        for replica in [&self.hit, &self.spared] {
            replica.wait_until_ready(BACK).await?;
            replica.expect_soon(BACK, 200, &Request::login("mixed@chaos.example")).await?;
        }
        Ok(())
    }

    /// The footprint of the replica that is never restarted, once a load of all kinds is over.
    async fn rest(&mut self, context: &Context, turn: usize) -> Result<Footprint> {
        context.step("mixed: without a fault");
        let workers = [Call::Register, Call::Login, Call::Me, Call::Bad].map(|call| (call, 8));
        let load = self.load(turn, &self.spared).start(&workers);
        sleep(Duration::from_secs(2)).await;
        let results = load.stop().await?;
        self.requests += results.records.len();
        self.acknowledged += results.acknowledged.len();
        let is_quiet = || self.spared.footprint().is_ok_and(|footprint| footprint.connections == 0);
        until(BACK, "the connections of the load end", is_quiet)?;
        self.spared.footprint()
    }

    fn finish(&mut self, context: &Context, before: Footprint, after: Footprint) -> Result<()> {
        context.measure("requests", self.requests);
        context.measure_time("longest_answer", self.longest);
        context.measure("acknowledged", self.acknowledged);
        context.measure("memory_before_kib", before.memory_kib);
        context.measure("memory_after_kib", after.memory_kib);
        context.measure("descriptors_before", before.descriptors);
        context.measure("descriptors_after", after.descriptors);
        context.measure("threads_before", before.threads);
        context.measure("threads_after", after.threads);
        let users = self.database.users()?.len();
        context.measure("lost", self.acknowledged.saturating_sub(users));
        ensure!(users >= self.acknowledged, "{} users are acknowledged and {users} there", self.acknowledged);
        ensure!(self.database.half_users()? == 0, "users are there in part");
        self.database.check_integrity()?;
        ensure!(after.memory_kib <= before.memory_kib + KEPT_KIB, "memory is not flat: {before:?}, {after:?}");
        ensure!(after.descriptors <= before.descriptors + KEPT_DESCRIPTORS, "descriptors: {before:?}, {after:?}");
        ensure!(after.threads <= before.threads + KEPT_THREADS, "threads: {before:?}, {after:?}");
        Ok(())
    }
}

fn check_answers(results: &LoadResults, allows: fn(&str) -> bool, fault: Fault) -> Result<()> {
    results.expect(&[200, 503], allows)?;
    let (served, refused) = (results.count(200), results.count(503));
    ensure!(served > 0, "nobody was served");
    let most = if fault.takes_postgres_away() { usize::MAX } else { (results.records.len() / FEW).max(FEWEST) };
    ensure!(refused <= most, "{refused} requests were answered 503 although PostgreSQL was there");
    let longest = results.longest(503);
    ensure!(longest <= REFUSAL + SLACK, "a refusal took {longest:?}");
    Ok(())
}
