//! PostgreSQL under Patroni changes its leader while users register, refresh and log out: by an orderly switchover, and
//! because the leader is killed. Nothing that was acknowledged is lost, and nothing that was ended comes back.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Request, eventually};
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{PASSWORD, Patroni, Service, ServicePlan, SessionLoad, assert_all_log_in};

const WORKERS: usize = 6;

/// The promise, from the moment at which there is a new leader.
const BACK: Duration = Duration::from_secs(2);

/// Between a fault and the next.
const CALM: Duration = Duration::from_secs(2);

pub(super) async fn run(context: &Context) -> Result<()> {
    context.step("failover: Patroni makes three servers");
    let mut cluster = Patroni::start(context).await?;
    cluster.query("postgres", "CREATE DATABASE chaos")?;
    let plan = ServicePlan::new("one", &cluster.url("chaos"));
    let mut replicas = [plan.start_ready(context).await?, plan.named("two").start_ready(context).await?];
    let addresses = replicas.each_ref().map(Service::address);
    let load = SessionLoad::start(addresses.to_vec(), "failover", WORKERS);
    let rounds = context.choose(1, 10);
    let mut worst = Worst::default();
    for round in 1..=rounds {
        context.step(&format!("failover: round {round} of {rounds}, switchover"));
        sleep(CALM).await;
        switch_over(&cluster, &replicas, round, &mut worst).await?;
        context.step(&format!("failover: round {round} of {rounds}, the leader is killed"));
        sleep(CALM).await;
        kill(&mut cluster, &replicas, round, &mut worst).await?;
    }
    sleep(CALM).await;
    let ledger = load.stop().await?;
    context.measure("rounds", rounds);
    context.measure_time("new_leader_after_kill", worst.without_leader);
    context.measure_time("ready_after_switchover", worst.after_switchover);
    context.measure_time("ready_after_kill", worst.after_kill);
    context.measure_time("longest_answer", ledger.longest());
    ledger.check(context, &addresses).await?;
    let users = cluster.query("chaos", "SELECT email FROM users")?.lines().map(str::to_owned).collect();
    let lost = ledger.registered.difference(&users).count();
    context.measure("lost_users", lost);
    ensure!(lost == 0, "{lost} acknowledged users are gone");
    ensure!(ledger.cut() == 0, "{} requests had no answer", ledger.cut());
    assert_all_log_in(addresses[0], &ledger.registered).await?;
    replicas.iter_mut().try_for_each(Service::check_health)
}

/// The longest times of all rounds.
#[derive(Default)]
struct Worst {
    without_leader: Duration,
    after_switchover: Duration,
    after_kill: Duration,
}

async fn switch_over(cluster: &Patroni, replicas: &[Service; 2], round: usize, worst: &mut Worst) -> Result<()> {
    let former = cluster.leader().await.context("there is no leader")?;
    let handing_over = tokio::spawn(cluster.switch_over(former));
    cluster.wait_for_leader_after(former).await?;
    let back = wait_until_served(replicas, &format!("switchover-{round}")).await?;
    worst.after_switchover = worst.after_switchover.max(back);
    handing_over.await.context("nobody has asked for a switchover")??;
    cluster.wait_until_in_step().await.map(drop)
}

async fn kill(cluster: &mut Patroni, replicas: &[Service; 2], round: usize, worst: &mut Worst) -> Result<()> {
    let former = cluster.leader().await.context("there is no leader")?;
    cluster.kill(former)?;
    let (_, without_leader) = cluster.wait_for_leader_after(former).await?;
    let back = wait_until_served(replicas, &format!("kill-{round}")).await?;
    worst.without_leader = worst.without_leader.max(without_leader);
    worst.after_kill = worst.after_kill.max(back);
    cluster.revive(former)?;
    cluster.wait_until_in_step().await.map(drop)
}

/// Until each replica says that it is ready, and takes a registration.
async fn wait_until_served(replicas: &[Service; 2], name: &str) -> Result<Duration> {
    let mut tries = 0;
    eventually(BACK, "both replicas serve with the new leader", async || {
        tries += 1;
        for (index, replica) in replicas.iter().enumerate() {
            let request = Request::register(&format!("{name}-{index}-{tries}@chaos.example"), PASSWORD);
            let is_served = replica.send(&request).await.is_ok_and(|answer| answer.status == 200);
            if !is_served || !replica.is_ready().await {
                return false;
            }
        }
        true
    })
    .await
}
