//! PostgreSQL is stopped under load and started again. Meanwhile there is 503 and nothing else, soon; afterwards
//! everything goes on by itself, and nothing that was acknowledged is lost.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use ore_harness::{Database, Request, Service};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{BACK, Call, LoadPlan, expect_all_log_in};

/// The promises of the table of faults, and what this machine may add to an answer's time while it is busy.
const ANSWER: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_millis(500);
const NOT_READY: Duration = Duration::from_secs(5);

/// How long PostgreSQL is there before an outage and after it, and how long it is away.
const CALM: Duration = Duration::from_secs(2);
const OUTAGE: Duration = Duration::from_secs(6);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres()?;
    let service = service("service", &database.url()).start_ready(context).await?;
    let plan = LoadPlan::register(service.address()).await?;
    let load = plan.start(&[(Call::Register, 3), (Call::Login, 2), (Call::Me, 3)]);
    let rounds = context.choose(1, 5);
    for round in 1..=rounds {
        context.step(&format!("postgres-outage: round {round} of {rounds}"));
        // In good order at first, then as a crash, in turn.
        let signal = if round % 2 == 1 { Signal::INT } else { Signal::QUIT };
        survive(context, &mut database, &service, &plan.account, signal).await?;
    }
    sleep(CALM).await;
    let results = load.stop().await?;
    results.measure(context, "");
    context.measure_time("longest_refusal", results.longest(503));
    results.expect(&[200, 503], &[])?;
    ensure!(results.count(200) > 0 && results.count(503) > 0, "the load met no outage");
    for status in [200, 503] {
        let longest = results.longest(status);
        ensure!(longest <= ANSWER + SLACK, "an answer {status} took {longest:?}");
    }
    expect_all_log_in(service.address(), &results.acknowledged).await
}

async fn survive(
    context: &Context,
    database: &mut Database,
    service: &Service,
    account: &str,
    signal: Signal,
) -> Result<()> {
    sleep(CALM).await;
    let started = Instant::now();
    database.server()?.end(signal)?;
    let not_ready = service.expect_soon(NOT_READY, 503, &Request::get("/readiness")).await?;
    context.measure_time("not_ready_after", not_ready);
    while started.elapsed() < OUTAGE {
        for (path, status) in [("/health", 200), ("/readiness", 503)] {
            let answer = service.expect(status, &Request::get(path)).await?;
            ensure!(answer.took < Duration::from_secs(1), "{path} took {:?} during the outage", answer.took);
        }
        sleep(Duration::from_millis(50)).await;
    }
    database.server()?.resume()?;
    context.measure_time("ready_after_return", service.wait_until_ready(BACK).await?);
    service.expect_soon(BACK, 200, &Request::login(account)).await.map(drop)
}
