//! Two replicas whose log-ins of an address are counted together, or by each for itself.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::stream::{StreamExt as _, TryStreamExt as _, iter};
use ore_harness::{Client, Request, Service, ServicePlan};

use crate::context::{Context, HIGH_LIMITS};
use crate::kit::BACK;

/// How many log-ins of one address pass at once, on all replicas together and on each that counts by itself.
pub(super) const BURST: usize = 10;
const REPLICAS: usize = 2;

/// How many are tried, half of them at each replica.
pub(super) const TRIED: usize = 30;

/// The most that an answer may take, whatever becomes of what counts.
const ANSWER: Duration = Duration::from_secs(1);

pub(super) struct Replicas {
    pub(super) services: [Service; REPLICAS],
    /// Of the clients: each check has one of its own, whose limit is whole.
    address: Ipv4Addr,
    /// The longest time that an answer took.
    longest: Duration,
}

/// What became of log-ins of one address.
#[derive(Default)]
pub(super) struct Flood {
    /// Those whose password was compared, at each replica.
    pub(super) passed: [usize; REPLICAS],
    /// With 503, before or after they counted: by a machine that is busy with other things.
    pub(super) turned_away: usize,
}

impl Replicas {
    /// With a limit of addresses, and no other that this one machine could reach before. The addresses of clients are
    /// from this network.
    pub(super) async fn start(context: &Context, network: u8, plan: ServicePlan) -> Result<Self> {
        let plan = plan
            .with_all(&HIGH_LIMITS)
            .with("BACKEND_RATE_LIMIT_ADDRESS_BURST", BURST.to_string())
            // So few that none is added while this runs.
            .with("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1")
            .with("BACKEND_REPLICAS", REPLICAS.to_string())
            .with("BACKEND_TRUSTED_PROXIES", "127.0.0.1");
        let services = plan.start_two(context).await?;
        Ok(Self { services, address: Ipv4Addr::new(10, network, 0, 0), longest: Duration::ZERO })
    }

    /// Nothing of the limit of the last address was used, and both count together.
    pub(super) async fn expect_whole_limit(&mut self, when: &str) -> Result<()> {
        let passed = self.flood_in_turn().await?;
        ensure!(is_whole(passed), "{when}, {passed:?} log-ins passed at the replicas, not {BURST} in all");
        Ok(())
    }

    /// Each counts by itself to its part of the limit.
    pub(super) async fn expect_limit_of_each(&mut self, when: &str) -> Result<()> {
        self.expect_logins(when).await?;
        self.next_address();
        let (passed, part) = (self.flood_in_turn().await?, BURST / REPLICAS);
        let is_part = |count: &usize| (part - 1..=part + 1).contains(count);
        ensure!(passed.iter().all(is_part), "{when}, {passed:?} log-ins passed at the replicas, not {part} at each");
        Ok(())
    }

    /// Somebody registers at one replica and logs in at the other.
    async fn expect_logins(&mut self, when: &str) -> Result<()> {
        let address = self.next_address();
        let account = format!("{address}@chaos.example");
        let [one, two] = &self.services;
        let [register, login] = [Request::register(&account), Request::login(&account)]
            .map(|request| request.with_header("X-Forwarded-For", address.to_string()));
        one.expect(200, &register).await.context(when.to_owned())?;
        let answer = two.expect(200, &login).await.context(when.to_owned())?;
        self.longest = self.longest.max(answer.took);
        Ok(())
    }

    /// Returns how long it took until both counted together. The limit of the last address is used up then.
    pub(super) async fn wait_for_shared_limit(&mut self, what: &str) -> Result<Duration> {
        let started = Instant::now();
        self.expect_logins(what).await?;
        loop {
            self.next_address();
            let passed = self.flood_in_turn().await?;
            if is_whole(passed) && passed[0] > BURST / REPLICAS + 1 {
                return Ok(started.elapsed());
            }
            ensure!(started.elapsed() < BACK, "{what}, and after {BACK:?} each still counts alone: {passed:?}");
        }
    }

    pub(super) fn next_address(&mut self) -> Ipv4Addr {
        self.address = Ipv4Addr::from_bits(self.address.to_bits() + 1);
        self.address
    }

    /// Logs in more often than allowed, at the first replica and then at the second; how often each let it through.
    async fn flood_in_turn(&mut self) -> Result<[usize; REPLICAS]> {
        let Flood { passed, turned_away } = self.flood(1).await?;
        ensure!(turned_away == 0, "{turned_away} log-ins, one after another, got 503");
        Ok(passed)
    }

    /// Logs in more often than allowed, with so many log-ins at once.
    pub(super) async fn flood(&mut self, at_once: usize) -> Result<Flood> {
        let ([one, two], address) = (self.services.each_ref().map(Service::address), self.address);
        let calls = (0..TRIED).map(|number| async move {
            let (replica, server) = if number < TRIED / REPLICAS { (0, one) } else { (1, two) };
            // Each at an account of its own, which a single failure does not delay.
            let login = Request::login(&format!("{address}-{number}@chaos.example"))
                .with_header("X-Forwarded-For", address.to_string());
            anyhow::Ok((replica, Client::without_keeping(server).send(&login).await?))
        });
        let mut answers = iter(calls).buffer_unordered(at_once);
        let mut flood = Flood::default();
        while let Some((replica, answer)) = answers.try_next().await? {
            self.longest = self.longest.max(answer.took);
            match answer.status {
                // The account is unknown: the limit let the log-in through, and the password did not fit.
                400 => flood.passed[replica] += 1,
                503 => flood.turned_away += 1,
                429 => {}
                _ => bail!("a log-in was answered {answer}"),
            }
        }
        Ok(flood)
    }

    /// Every answer was in time.
    pub(super) fn finish(&self, context: &Context) -> Result<()> {
        context.measure_time("longest", self.longest);
        ensure!(self.longest <= ANSWER, "an answer took {:?}", self.longest);
        Ok(())
    }
}

/// The whole limit, and perhaps one more that a minute gave back.
fn is_whole(passed: [usize; REPLICAS]) -> bool {
    (BURST..=BURST + 1).contains(&passed.iter().sum())
}
