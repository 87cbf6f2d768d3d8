//! What signs tokens is replaced at two replicas on one PostgreSQL, with requests all the while: no token is refused.

use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Request, SEALING_KEY, Service, ServicePlan, eventually, register};
use serde_json::Value;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{CUT, new_email, start_sessions};

/// With public keys; each takes over from the one before at a start.
const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

const SECRETS: [&str; 2] =
    ["f3b1c9d07e5a48d2b6a4e8f09c1d7352a1b2c3d4e5f60718", "0c9d1e5f7a2b48d3b6a4e8f09c1d7352f6e5d4c3b2a19807"];

/// Replicas follow within ten seconds.
const FOLLOWED: Duration = Duration::from_secs(10);

const WORKERS: usize = 4;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.postgres()?;
    let plan = service("replica", &database.url())
        .with("BACKEND_KEY_ENCRYPTION_KEY", SEALING_KEY)
        .with("BACKEND_SHUTDOWN_DELAY_SECONDS", "0");
    for algorithm in ALGORITHMS {
        rotate_pairs(context, &plan.clone().with("BACKEND_ALGORITHM", algorithm), algorithm).await?;
    }
    rotate_secrets(context, &plan).await
}

/// A pair of keys is staged, activated, and its predecessor retired, round after round.
async fn rotate_pairs(context: &Context, plan: &ServicePlan, algorithm: &str) -> Result<()> {
    let mut replicas = plan.start_two(context).await?;
    let operate = |arguments: &[&str]| plan.operate(context, arguments);
    let oldest = tokens(&replicas).await?;
    let addresses = replicas.each_ref().map(Service::address);
    let load = start_sessions(&addresses, WORKERS);
    let rounds = context.choose(1, 10);
    let mut former = Vec::new();
    for round in 1..=rounds {
        context.step(&format!("rotation: {algorithm}, round {round} of {rounds}"));
        former.push(active(&operate(&["keys", "list", "--json"])?)?);
        let staged = operate(&["keys", "stage"])?;
        let kid = staged.split_whitespace().nth(2).context("no key was staged")?;
        for replica in &replicas {
            eventually(FOLLOWED, "the key is published", async || publishes(replica, kid).await).await?;
        }
        operate(&["keys", "activate", kid, "--now"])?;
        // For those that follow, and for tokens of theirs.
        sleep(context.choose(Duration::from_secs(4), Duration::from_secs(15))).await;
    }
    load.stop().await?.check(context, &addresses, &[]).await?;

    // Else nothing was shown: tokens of the keys of before are refused once these end, and those of now are not.
    let fresh = tokens(&replicas).await?;
    for kid in &former {
        operate(&["keys", "retire", kid])?;
    }
    for replica in &replicas {
        for (oldest, fresh) in oldest.iter().zip(&fresh) {
            replica.expect_soon(FOLLOWED, 401, &Request::me(oldest)).await?;
            replica.expect(200, &Request::me(fresh)).await?;
        }
    }
    replicas.iter_mut().try_for_each(Service::terminate)
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

/// The secret of HMAC is replaced by restarts in turn: the next one is accepted everywhere before it signs.
async fn rotate_secrets(context: &Context, plan: &ServicePlan) -> Result<()> {
    let signing = |plan: &ServicePlan, current: usize, previous: &str| {
        plan.clone().with("BACKEND_SECRET_KEY", SECRETS[current]).with("BACKEND_PREVIOUS_SECRET_KEYS", previous)
    };
    let mut replicas = signing(plan, 0, "").start_two(context).await?;
    let oldest = tokens(&replicas).await?;
    let addresses = replicas.each_ref().map(Service::address);
    let load = start_sessions(&addresses, WORKERS);
    for (current, previous) in [(0, SECRETS[1]), (1, SECRETS[0])] {
        for replica in &mut replicas {
            context.step(&format!("rotation: HS256, secret {} signs", current + 1));
            replica.terminate()?;
            *replica = signing(&replica.plan, current, previous).start_ready(context).await?;
            sleep(context.choose(Duration::from_secs(1), Duration::from_secs(15))).await;
        }
    }
    load.stop().await?.check(context, &addresses, CUT).await?;
    // Else nothing was shown: without the former secret its tokens are refused.
    let [replica, _] = &mut replicas;
    replica.terminate()?;
    *replica = signing(&replica.plan, 1, "").start_ready(context).await?;
    for token in &oldest {
        replica.expect(401, &Request::me(token)).await?;
    }
    Ok(())
}

/// A token of each replica.
async fn tokens(replicas: &[Service; 2]) -> Result<[String; 2]> {
    let [one, two] = replicas.each_ref().map(Service::address);
    Ok([register(one, &new_email()).await?.access, register(two, &new_email()).await?.access])
}
