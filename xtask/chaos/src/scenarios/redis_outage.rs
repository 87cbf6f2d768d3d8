//! Redis, which counts the limits for all replicas, is ended, started, stopped with SIGSTOP, slowed down, and emptied.
//! Log-ins go on, soon, and the limit stays what it is for two replicas, or half of that for each while it counts by
//! itself.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use ore_harness::{Client, Request};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{PASSWORD, Redis, Relay, Service, ServicePlan};

/// How many log-ins of one address pass at once, on all replicas together and on each that counts by itself.
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
    let address = replicas.expect_shared_limit("before Redis was emptied").await?;
    redis.flush().await?;
    let passed = replicas.flood(address).await?;
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

/// A limit of addresses, and no other that this one machine could reach before.
fn with_limits(plan: ServicePlan) -> ServicePlan {
    plan.with("BACKEND_RATE_LIMIT_ENABLED", "true")
        .with("BACKEND_REPLICAS", REPLICAS.to_string())
        .with("BACKEND_TRUSTED_PROXIES", "127.0.0.1")
        .with("BACKEND_RATE_LIMIT_ADDRESS_BURST", BURST.to_string())
        // So few that none is added while this runs.
        .with("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1")
        .with("BACKEND_RATE_LIMIT_TOTAL_BURST", "100000")
        .with("BACKEND_RATE_LIMIT_GENERAL_BURST", "100000")
}

struct Replicas {
    services: [Service; REPLICAS],
    /// The beginning of every account.
    prefix: &'static str,
    /// Each check has an address of its own, whose limit is whole.
    checks: u32,
    longest: Duration,
    calls: usize,
}

impl Replicas {
    async fn start(context: &Context, prefix: &'static str, [one, two]: [ServicePlan; REPLICAS]) -> Result<Self> {
        let services = [one.start_ready(context).await?, two.start_ready(context).await?];
        Ok(Self { services, prefix, checks: 0, longest: Duration::ZERO, calls: 0 })
    }

    /// Both count together. Returns the address whose limit is used up now.
    async fn expect_shared_limit(&mut self, when: &str) -> Result<IpAddr> {
        self.expect_logins(when).await?;
        let address = self.next_address();
        expect_whole_limit(when, self.flood(address).await?)?;
        Ok(address)
    }

    /// Each counts by itself to its part of the limit.
    async fn expect_limit_of_each(&mut self, when: &str) -> Result<()> {
        self.expect_logins(when).await?;
        let address = self.next_address();
        let (passed, part) = (self.flood(address).await?, BURST / REPLICAS);
        let is_part = |count: &usize| (part - 1..=part + 1).contains(count);
        ensure!(passed.iter().all(is_part), "{when}, {passed:?} log-ins passed at the replicas, not {part} at each");
        Ok(())
    }

    /// Somebody registers at one replica and logs in at the other.
    async fn expect_logins(&mut self, when: &str) -> Result<()> {
        let address = self.next_address();
        let account = self.account(address, 0);
        let [one, two] = &self.services;
        let answer = one.send(&Request::register(&account, PASSWORD).for_client(address)).await?;
        ensure!(answer.status == 200, "a registration {when} was answered {}", answer.status);
        let answer = two.send(&Request::login(&account, PASSWORD).for_client(address)).await?;
        ensure!(answer.status == 200, "a log-in {when} was answered {}", answer.status);
        self.longest = self.longest.max(answer.took);
        Ok(())
    }

    async fn wait_for_shared_limit(&mut self, what: &str) -> Result<Duration> {
        let started = Instant::now();
        loop {
            let address = self.next_address();
            let passed = self.flood(address).await?;
            if expect_whole_limit(what, passed).is_ok() && passed[0] > BURST / REPLICAS + 1 {
                return Ok(started.elapsed());
            }
            ensure!(started.elapsed() < BACK, "{what}, and after {BACK:?} the replicas still count alone: {passed:?}");
            sleep(Duration::from_millis(100)).await;
        }
    }

    fn next_address(&mut self) -> IpAddr {
        self.checks += 1;
        Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + self.checks).into()
    }

    fn account(&self, address: IpAddr, number: usize) -> String {
        format!("{}-{address}-{number}@chaos.example", self.prefix)
    }

    /// Logs in more often than allowed, at the first replica and then at the second; how often each let it through.
    async fn flood(&mut self, address: IpAddr) -> Result<[usize; REPLICAS]> {
        let mut passed = [0; REPLICAS];
        for (service, passed) in self.services.iter().zip(&mut passed) {
            let mut client = Client::new(service.address());
            for number in 0..BURST + 5 {
                let login = Request::login(&self.account(address, number), PASSWORD).for_client(address);
                let answer = client.send(&login).await?;
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
