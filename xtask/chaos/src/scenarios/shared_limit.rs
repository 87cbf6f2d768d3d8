//! Two replicas whose log-ins of an address are counted together, or by each for itself.

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Request, Service, ServicePlan};
use tokio::time::sleep;

use crate::context::Context;

/// How many log-ins of one address pass at once, on all replicas together and on each that counts by itself.
pub(super) const BURST: usize = 10;
const REPLICAS: usize = 2;

/// A limit of addresses, and no other that this one machine could reach before.
pub(super) fn with_limits(plan: ServicePlan) -> ServicePlan {
    plan.with("BACKEND_RATE_LIMIT_ADDRESS_BURST", BURST.to_string()).with_all(&[
        ("BACKEND_RATE_LIMIT_ENABLED", "true"),
        ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
        // So few that none is added while this runs.
        ("BACKEND_RATE_LIMIT_ADDRESS_PER_MINUTE", "1"),
        ("BACKEND_RATE_LIMIT_TOTAL_BURST", "100000"),
        ("BACKEND_RATE_LIMIT_GENERAL_BURST", "100000"),
    ])
}

pub(super) struct Replicas {
    pub(super) services: [Service; REPLICAS],
    /// The beginning of every account.
    prefix: &'static str,
    /// Each check has an address of its own, whose limit is whole.
    checks: u32,
    /// The longest time that an answer took.
    pub(super) longest: Duration,
    pub(super) calls: usize,
}

impl Replicas {
    pub(super) async fn start(
        context: &Context,
        prefix: &'static str,
        [one, two]: [ServicePlan; REPLICAS],
    ) -> Result<Self> {
        let start = async |plan: ServicePlan| {
            with_limits(plan).with("BACKEND_REPLICAS", REPLICAS.to_string()).start_ready(context).await
        };
        let services = [start(one).await?, start(two).await?];
        Ok(Self { services, prefix, checks: 0, longest: Duration::ZERO, calls: 0 })
    }

    /// Both count together. Returns the address whose limit is used up now.
    pub(super) async fn expect_shared_limit(&mut self, when: &str) -> Result<IpAddr> {
        self.expect_logins(when).await?;
        let address = self.next_address();
        expect_whole_limit(when, self.flood(address).await?)?;
        Ok(address)
    }

    /// Each counts by itself to its part of the limit.
    pub(super) async fn expect_limit_of_each(&mut self, when: &str) -> Result<()> {
        self.expect_logins(when).await?;
        let address = self.next_address();
        let (passed, part) = (self.flood(address).await?, BURST / REPLICAS);
        let is_part = |count: &usize| (part - 1..=part + 1).contains(count);
        ensure!(passed.iter().all(is_part), "{when}, {passed:?} log-ins passed at the replicas, not {part} at each");
        Ok(())
    }

    /// Somebody registers at one replica and logs in at the other.
    pub(super) async fn expect_logins(&mut self, when: &str) -> Result<()> {
        let address = self.next_address();
        let account = self.account(address, 0);
        let [one, two] = &self.services;
        one.expect(200, &Request::register(&account).for_client(address)).await.context(when.to_owned())?;
        let answer = two.expect(200, &Request::login(&account).for_client(address)).await.context(when.to_owned())?;
        self.longest = self.longest.max(answer.took);
        Ok(())
    }

    pub(super) async fn wait_for_shared_limit(&mut self, what: &str, limit: Duration) -> Result<Duration> {
        let started = Instant::now();
        loop {
            let address = self.next_address();
            let passed = self.flood(address).await?;
            if expect_whole_limit(what, passed).is_ok() && passed[0] > BURST / REPLICAS + 1 {
                return Ok(started.elapsed());
            }
            ensure!(
                started.elapsed() < limit,
                "{what}, and after {limit:?} the replicas still count alone: {passed:?}"
            );
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
    pub(super) async fn flood(&mut self, address: IpAddr) -> Result<[usize; REPLICAS]> {
        let mut passed = [0; REPLICAS];
        for (service, passed) in self.services.iter().zip(&mut passed) {
            let mut client = Client::new(service.address());
            for number in 0..BURST + 5 {
                let login = Request::login(&self.account(address, number)).for_client(address);
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

pub(super) fn expect_whole_limit(when: &str, passed: [usize; REPLICAS]) -> Result<()> {
    let total: usize = passed.iter().sum();
    ensure!(
        (BURST..=BURST + 1).contains(&total),
        "{when}, {passed:?} log-ins passed at the replicas, not {BURST} in all"
    );
    Ok(())
}
