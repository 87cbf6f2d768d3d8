//! What signs tokens is replaced at two replicas on one PostgreSQL, with requests all the while: no token is refused.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Request, eventually, free_port};
use serde_json::Value;
use tokio::time::sleep;

use super::token_watch::TokenWatch;
use crate::context::Context;
use crate::kit::{Service, ServicePlan, register};

/// With public keys; each takes over from the one before at a start.
const ALGORITHMS: [&str; 3] = ["EdDSA", "ES256", "RS256"];

/// 32 bytes in base64.
const SEALING_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const SECRETS: [&str; 2] =
    ["f3b1c9d07e5a48d2b6a4e8f09c1d7352a1b2c3d4e5f60718", "0c9d1e5f7a2b48d3b6a4e8f09c1d7352f6e5d4c3b2a19807"];

/// Replicas follow within ten seconds.
const FOLLOWED: Duration = Duration::from_secs(10);
const END: Duration = Duration::from_secs(20);

type Replicas = Vec<Service>;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.postgres().await?;
    let ports = [free_port()?, free_port()?];
    for algorithm in ALGORITHMS {
        rotate_pairs(context, &plans(&database.url(), ports), algorithm).await?;
    }
    rotate_secrets(context, &plans(&database.url(), ports)).await
}

fn plans(database_url: &str, ports: [u16; 2]) -> Vec<ServicePlan> {
    let plan = |(name, port)| {
        ServicePlan::new(name, database_url)
            .on_port(port)
            .with("BACKEND_KEY_ENCRYPTION_KEY", SEALING_KEY)
            .with("BACKEND_SHUTDOWN_DELAY_SECONDS", "0")
    };
    [("one", ports[0]), ("two", ports[1])].into_iter().map(plan).collect()
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
    let watch = TokenWatch::start(&replicas);
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
        fresh.push(register(replica.address(), &format!("fresh{index}-{}@chaos.example", before[0])).await?);
    }
    for kid in before {
        plan.operate(context, &["keys", "retire", kid])?;
    }
    for replica in replicas {
        let is_refused = async || replica.send(&Request::me(oldest)).await.is_ok_and(|answer| answer.status == 401);
        eventually(FOLLOWED, "a token of an ended key is refused", is_refused).await?;
        for token in &fresh {
            let status = replica.send(&Request::me(token)).await?.status;
            ensure!(status == 200, "a token of the key that signs was answered {status}");
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
    let watch = TokenWatch::start(&replicas);
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
    let status = replicas[0].send(&Request::me(&checked.oldest)).await?.status;
    ensure!(status == 401, "a token of a secret that is gone was answered {status}");
    replicas.iter_mut().try_for_each(Service::check_health)
}
