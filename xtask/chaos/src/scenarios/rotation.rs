//! What signs tokens is replaced at two replicas on one PostgreSQL, with requests all the while: no token is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, LoadClients, LoadState, Request, Service, ServicePlan, eventually, register};
use serde_json::Value;
use tokio::time::sleep;

use crate::context::{Context, service};

/// With public keys; each takes over from the one before at a start.
const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

/// 32 bytes in base64.
const SEALING_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const SECRETS: [&str; 2] =
    ["f3b1c9d07e5a48d2b6a4e8f09c1d7352a1b2c3d4e5f60718", "0c9d1e5f7a2b48d3b6a4e8f09c1d7352f6e5d4c3b2a19807"];

/// Replicas follow within ten seconds.
const FOLLOWED: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(20);

const WORKERS: usize = 4;
/// How many tokens of its own a worker goes on to show, the first among them.
const KEPT: usize = 4;
const PAUSE: Duration = Duration::from_millis(20);

/// Counts through all loads on one database, so that no address comes twice.
static NEXT: AtomicUsize = AtomicUsize::new(0);

type Replicas = Vec<Service>;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.postgres()?;
    let plans = ["one", "two"].map(|name| {
        service(name, &database.url())
            .with("BACKEND_KEY_ENCRYPTION_KEY", SEALING_KEY)
            .with("BACKEND_SHUTDOWN_DELAY_SECONDS", "0")
    });
    for algorithm in ALGORITHMS {
        rotate_pairs(context, &plans, algorithm).await?;
    }
    rotate_secrets(context, &plans).await
}

async fn start(context: &Context, plans: &[ServicePlan]) -> Result<Replicas> {
    let mut replicas = Vec::new();
    for plan in plans {
        replicas.push(plan.start_ready(context).await?);
    }
    Ok(replicas)
}

/// A pair of keys is staged, activated, and its predecessor retired, round after round.
async fn rotate_pairs(context: &Context, plans: &[ServicePlan], algorithm: &str) -> Result<()> {
    let plans: Vec<_> = plans.iter().map(|plan| plan.clone().with("BACKEND_ALGORITHM", algorithm)).collect();
    let mut replicas = start(context, &plans).await?;
    let operate = |arguments: &[&str]| plans[0].operate(context, arguments);
    let watch = watch(&replicas);
    let rounds = context.choose(1, 10);
    let mut before = Vec::new();
    for round in 1..=rounds {
        context.step(&format!("rotation: {algorithm}, round {round} of {rounds}"));
        before.push(active(&operate(&["keys", "list", "--json"])?)?);
        let staged = operate(&["keys", "stage"])?;
        let kid = staged.split_whitespace().nth(2).context("no key was staged")?;
        for replica in &replicas {
            eventually(FOLLOWED, "the key is published", async || publishes(replica, kid).await).await?;
        }
        operate(&["keys", "activate", kid, "--now"])?;
        // For those that follow, and for tokens of theirs.
        sleep(context.choose(Duration::from_secs(4), Duration::from_secs(15))).await;
    }
    let checked = watch.stop().await?;
    context.measure(&format!("{algorithm}_accepted"), checked.accepted);
    checked.expect_none_refused(algorithm)?;
    end_keys(context, &plans[0], &replicas, &before, &checked.oldest).await?;
    for replica in &mut replicas {
        replica.check_health()?;
        replica.terminate(END).await?;
    }
    Ok(())
}

/// The name of the key that signs.
fn active(listing: &str) -> Result<String> {
    let keys: Vec<Value> = serde_json::from_str(listing).context("not a list of keys")?;
    let active = keys.iter().find(|key| key["state"] == "active").and_then(|key| key["kid"].as_str());
    Ok(active.context("no key signs")?.to_owned())
}

async fn publishes(replica: &Service, kid: &str) -> bool {
    let answer = replica.send(&Request::get("/.well-known/jwks.json")).await;
    answer.is_ok_and(|answer| answer.body["keys"].as_array().into_iter().flatten().any(|key| key["kid"] == kid))
}

/// Else nothing was shown: tokens of the keys of before are refused once these end, and those of now are not.
async fn end_keys(
    context: &Context,
    plan: &ServicePlan,
    replicas: &[Service],
    before: &[String],
    oldest: &str,
) -> Result<()> {
    let mut fresh = Vec::new();
    for (index, replica) in replicas.iter().enumerate() {
        fresh.push(register(replica.address(), &format!("fresh{index}-{}@chaos.example", before[0])).await?.access);
    }
    for kid in before {
        plan.operate(context, &["keys", "retire", kid])?;
    }
    for replica in replicas {
        replica.expect_soon(FOLLOWED, 401, &Request::me(oldest)).await?;
        for token in &fresh {
            replica.expect(200, &Request::me(token)).await?;
        }
    }
    Ok(())
}

/// The secret of HMAC is replaced by restarts in turn: the next one is accepted everywhere before it signs.
async fn rotate_secrets(context: &Context, plans: &[ServicePlan]) -> Result<()> {
    let with = |current: usize, previous: &str| -> Vec<_> {
        let plan = |plan: &ServicePlan| {
            plan.clone().with("BACKEND_SECRET_KEY", SECRETS[current]).with("BACKEND_PREVIOUS_SECRET_KEYS", previous)
        };
        plans.iter().map(plan).collect()
    };
    let mut replicas = start(context, &with(0, "")).await?;
    let watch = watch(&replicas);
    for (current, previous) in [(0, SECRETS[1]), (1, SECRETS[0])] {
        for (replica, plan) in replicas.iter_mut().zip(with(current, previous)) {
            context.step(&format!("rotation: HS256, secret {} signs", current + 1));
            replica.terminate(END).await?;
            *replica = plan.start_ready(context).await?;
            sleep(context.choose(Duration::from_secs(1), Duration::from_secs(15))).await;
        }
    }
    let checked = watch.stop().await?;
    context.measure("HS256_accepted", checked.accepted);
    checked.expect_none_refused("HS256")?;
    // Else nothing was shown: without the former secret its tokens are refused.
    replicas[0].terminate(END).await?;
    replicas[0] = with(1, "")[0].start_ready(context).await?;
    replicas[0].expect(401, &Request::me(&checked.oldest)).await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

/// What became of the tokens.
#[derive(Default)]
struct Checked {
    accepted: usize,
    refused: usize,
    /// A token from the beginning.
    oldest: String,
}

impl Checked {
    fn expect_none_refused(&self, algorithm: &str) -> Result<()> {
        ensure!(self.refused == 0, "{algorithm}: {} of {} tokens were refused", self.refused, self.accepted);
        ensure!(self.accepted > 0 && !self.oldest.is_empty(), "{algorithm}: no token was shown");
        Ok(())
    }
}

/// Users who register at one replica and show their tokens at every one, until they are stopped.
fn watch(replicas: &[Service]) -> LoadClients<Checked> {
    let addresses: Vec<_> = replicas.iter().map(Service::address).collect();
    LoadClients::start(0..WORKERS, |worker, state: Arc<LoadState<Checked>>| {
        let (addresses, mut tokens) = (addresses.clone(), Vec::new());
        async move {
            while !state.is_stopped() {
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                let at = addresses[(worker + number) % addresses.len()];
                if let Ok(new) = register(at, &format!("token{number}@chaos.example")).await {
                    if tokens.len() == KEPT {
                        tokens.remove(1);
                    }
                    if state.results().oldest.is_empty() {
                        state.results().oldest.clone_from(&new.access);
                    }
                    tokens.push(new.access);
                }
                for address in &addresses {
                    for token in &tokens {
                        // One that is being restarted does not answer, and refuses nothing.
                        match Client::without_keeping(*address).send(&Request::me(token)).await.map(|it| it.status) {
                            Ok(200) => state.results().accepted += 1,
                            Ok(401) => state.results().refused += 1,
                            _ => {}
                        }
                    }
                }
                sleep(PAUSE).await;
            }
            Ok(())
        }
    })
}
