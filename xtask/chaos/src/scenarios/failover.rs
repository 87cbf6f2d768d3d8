//! PostgreSQL under Patroni changes its leader while users register, refresh and log out: by an orderly switchover, and
//! because the leader is killed. Nothing that was acknowledged is lost, and nothing that was ended comes back.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::future::try_join;
use ore_harness::{Request, Service, eventually};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{Patroni, expect_all_log_in, new_email, start_sessions};

const WORKERS: usize = 6;

/// The promise, from the moment at which there is a new leader.
const BACK: Duration = Duration::from_secs(2);

/// Between a fault and the next.
const CALM: Duration = Duration::from_secs(2);

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step("failover: Patroni makes three servers");
    let mut cluster = Patroni::start(context).await?;
    let replicas = service("replica", &cluster.url()).start_two(context).await?;
    let addresses = replicas.each_ref().map(Service::address);
    let load = start_sessions(&addresses, WORKERS);
    let rounds = context.choose(1, 10);
    for round in 1..=rounds {
        context.step(&format!("failover: round {round} of {rounds}, switchover"));
        sleep(CALM).await;
        switch_over(context, &cluster, &replicas).await?;
        context.step(&format!("failover: round {round} of {rounds}, the leader is killed"));
        sleep(CALM).await;
        kill(context, &mut cluster, &replicas).await?;
    }
    sleep(CALM).await;
    let results = load.stop().await?;
    context.measure_time("longest_answer", results.answers.longest(200).max(results.answers.longest(503)));
    results.check(context, &addresses, &[]).await?;
    expect_all_log_in(addresses[0], &results.answers.acknowledged).await
}

async fn switch_over(context: &Context, cluster: &Patroni, replicas: &[Service; 2]) -> Result<()> {
    let former = cluster.leader().await.context("there is no leader")?;
    let served = async {
        cluster.wait_for_leader_after(former).await?;
        wait_until_served(replicas).await
    };
    let ((), back) = try_join(cluster.switch_over(former), served).await?;
    context.measure_time("ready_after_switchover", back);
    cluster.wait_until_in_step().await
}

async fn kill(context: &Context, cluster: &mut Patroni, replicas: &[Service; 2]) -> Result<()> {
    let former = cluster.leader().await.context("there is no leader")?;
    cluster.nodes[former].end(Signal::KILL)?;
    context.measure_time("new_leader_after_kill", cluster.wait_for_leader_after(former).await?);
    context.measure_time("ready_after_kill", wait_until_served(replicas).await?);
    cluster.nodes[former].patroni.resume()?;
    cluster.wait_until_in_step().await
}

/// Until each replica says that it is ready, and takes a registration.
async fn wait_until_served(replicas: &[Service; 2]) -> Result<Duration> {
    eventually(BACK, "both replicas serve with the new leader", async || {
        for replica in replicas {
            for request in [Request::register(&new_email()), Request::get("/readiness")] {
                if replica.expect(200, &request).await.is_err() {
                    return false;
                }
            }
        }
        true
    })
    .await
}
