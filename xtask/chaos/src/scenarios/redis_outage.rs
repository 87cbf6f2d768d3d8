//! Redis, which counts the limits for all replicas, is ended, started, stopped with SIGSTOP, slowed down, and emptied.
//! Log-ins go on, soon, and the limit stays what it is for two replicas, or half of that for each while it counts by
//! itself.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Request};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{PASSWORD, Redis, Relay, Service, ServicePlan, register};

/// How many log-ins of one account pass at once, on all replicas together and on each that counts by itself.
const BURST: usize = 10;
const REPLICAS: usize = 2;

/// The most that an answer may take, whatever Redis does.
const ANSWER: Duration = Duration::from_secs(1);

/// How long until a replica counts in Redis again.
const BACK: Duration = Duration::from_secs(5);

/// How late each answer of a slow Redis comes: later than a call waits, and later than a replica waits for a connection.
const DELAYS: [Duration; 2] = [Duration::from_millis(150), Duration::from_secs(5)];

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut redis = Redis::start(context.guard(), context.tools()).await?;
    let relay = Relay::start(redis.address()).await?;
    let database = context.sqlite()?;
    let direct = with_limits(ServicePlan::new("one", &database.url()));
    let through_relay = direct.named("three").with("BACKEND_REDIS_URL", format!("redis://{}", relay.address()));
    let direct = direct.with("BACKEND_REDIS_URL", redis.url());
    let mut replicas = Replicas::start(context, "redis", [direct.clone(), direct.named("two")]).await?;
    outages(context, &mut redis, &mut replicas).await?;
    let mut slowed = Replicas::start(context, "slow", [through_relay.clone(), through_relay.named("four")]).await?;
    slowness(context, &relay, &mut slowed).await?;

    let longest = replicas.longest.max(slowed.longest);
    context.measure("logins", replicas.calls + slowed.calls);
    context.measure_time("longest", longest);
    ensure!(longest <= ANSWER, "an answer took {longest:?}");
    replicas.services.iter_mut().chain(&mut slowed.services).try_for_each(Service::check_health)
}

async fn outages(context: &Context, redis: &mut Redis, replicas: &mut Replicas) -> Result<()> {
    context.step("redis-outage: Redis is there");
    // A service gets ready without waiting for Redis.
    replicas.wait_for_shared_limit("Redis is there").await?;
    context.step("redis-outage: Redis is gone");
    redis.kill()?;
    replicas.expect_limit_of_each("without Redis").await?;
    redis.resume().await?;
    let back = replicas.wait_for_shared_limit("Redis is back").await?;
    context.measure_time("counted_together_after_return", back);
    context.step("redis-outage: Redis hangs");
    redis.signal(Signal::STOP)?;
    replicas.expect_limit_of_each("while Redis hangs").await?;
    redis.signal(Signal::CONT)?;
    replicas.wait_for_shared_limit("Redis answers again").await?;
    context.step("redis-outage: Redis forgets");
    let account = replicas.expect_shared_limit("before Redis was emptied").await?;
    redis.flush().await?;
    let passed = replicas.flood(&account).await?;
    expect_whole_limit("after Redis was emptied", passed)
}

/// Redis counts and says so, but late. The replicas do not wait for it.
async fn slowness(context: &Context, relay: &Relay, replicas: &mut Replicas) -> Result<()> {
    replicas.wait_for_shared_limit("Redis is there behind a relay").await?;
    for delay in DELAYS {
        context.step(&format!("redis-outage: Redis answers {delay:?} late"));
        relay.delay_answers(delay);
        replicas.expect_limit_of_each(&format!("while Redis answers {delay:?} late")).await?;
        relay.delay_answers(Duration::ZERO);
        replicas.wait_for_shared_limit("Redis answers in time again").await?;
    }
    Ok(())
}

/// The limit of accounts as it is by default, and no other that this one machine could reach before.
fn with_limits(plan: ServicePlan) -> ServicePlan {
    plan.with("BACKEND_RATE_LIMIT_ENABLED", "true")
        .with("BACKEND_REPLICAS", REPLICAS.to_string())
        .with("BACKEND_RATE_LIMIT_ACCOUNT_BURST", BURST.to_string())
        // So few that none is added while this runs.
        .with("BACKEND_RATE_LIMIT_ACCOUNT_PER_MINUTE", "1")
        .with("BACKEND_RATE_LIMIT_ADDRESS_BURST", "100000")
        .with("BACKEND_RATE_LIMIT_TOTAL_BURST", "100000")
        .with("BACKEND_RATE_LIMIT_GENERAL_BURST", "100000")
}

struct Replicas {
    services: [Service; REPLICAS],
    /// The beginning of every account.
    prefix: &'static str,
    /// Each check has an account of its own, whose limit is whole.
    account: usize,
    longest: Duration,
    calls: usize,
}

impl Replicas {
    async fn start(context: &Context, prefix: &'static str, [one, two]: [ServicePlan; REPLICAS]) -> Result<Self> {
        let services = [one.start_ready(context).await?, two.start_ready(context).await?];
        Ok(Self { services, prefix, account: 0, longest: Duration::ZERO, calls: 0 })
    }

    /// Both count together. Returns the account whose limit is used up now.
    async fn expect_shared_limit(&mut self, when: &str) -> Result<String> {
        self.expect_logins(when).await?;
        let account = self.next_account();
        expect_whole_limit(when, self.flood(&account).await?)?;
        Ok(account)
    }

    /// Each counts by itself to its part of the limit.
    async fn expect_limit_of_each(&mut self, when: &str) -> Result<()> {
        self.expect_logins(when).await?;
        let account = self.next_account();
        let (passed, part) = (self.flood(&account).await?, BURST / REPLICAS);
        let is_part = |count: &usize| (part - 1..=part + 1).contains(count);
        ensure!(passed.iter().all(is_part), "{when}, {passed:?} log-ins passed at the replicas, not {part} at each");
        Ok(())
    }

    /// Somebody registers at one replica and logs in at the other.
    async fn expect_logins(&mut self, when: &str) -> Result<()> {
        let account = self.next_account();
        let [one, two] = &self.services;
        register(one.address(), &account).await.with_context(|| format!("nobody can register {when}"))?;
        let answer = two.send(&Request::login(&account, PASSWORD)).await?;
        ensure!(answer.status == 200, "a log-in {when} was answered {}", answer.status);
        self.longest = self.longest.max(answer.took);
        Ok(())
    }

    async fn wait_for_shared_limit(&mut self, what: &str) -> Result<Duration> {
        let started = Instant::now();
        loop {
            let account = self.next_account();
            let passed = self.flood(&account).await?;
            if expect_whole_limit(what, passed).is_ok() && passed[0] > BURST / REPLICAS + 1 {
                return Ok(started.elapsed());
            }
            ensure!(started.elapsed() < BACK, "{what}, and after {BACK:?} the replicas still count alone: {passed:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn next_account(&mut self) -> String {
        self.account += 1;
        format!("{}-{}@chaos.example", self.prefix, self.account)
    }

    /// Logs in more often than allowed, at the first replica and then at the second; how often each let it through.
    async fn flood(&mut self, account: &str) -> Result<[usize; REPLICAS]> {
        let mut passed = [0; REPLICAS];
        for (service, passed) in self.services.iter().zip(&mut passed) {
            let mut client = Client::new(service.address());
            for _ in 0..BURST + 5 {
                let answer = client.send(&Request::login(account, PASSWORD)).await?;
                self.longest = self.longest.max(answer.took);
                self.calls += 1;
                match answer.status {
                    // The account is unknown: the limit let the log-in through, and the password did not fit.
                    400 => *passed += 1,
                    429 => {}
                    status => bail!("a log-in was answered {status}: {}", answer.body),
                }
            }
        }
        Ok(passed)
    }
}

fn expect_whole_limit(when: &str, passed: [usize; REPLICAS]) -> Result<()> {
    let total: usize = passed.iter().sum();
    ensure!(
        (BURST..=BURST + 1).contains(&total),
        "{when}, {passed:?} log-ins passed at the replicas, not {BURST} in all"
    );
    Ok(())
}
