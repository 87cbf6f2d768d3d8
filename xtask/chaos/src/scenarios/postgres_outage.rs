//! PostgreSQL is stopped under load and started again. Meanwhile there is 503 and nothing else, soon; afterwards
//! everything goes on by itself, and nothing that was acknowledged is lost.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use ore_harness::{Database, Postgres, Request, eventually};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::context::Context;
use crate::kit::{
    Call, Ledger, Load, LoadPlan, PASSWORD, Service, ServicePlan, assert_all_log_in, logging_in, register_for_load,
};

/// The promises of the table of faults, and what this machine may add to an answer's time while it is busy.
const ANSWER: Duration = Duration::from_secs(2);
const SLACK: Duration = Duration::from_millis(500);
const NOT_READY: Duration = Duration::from_secs(5);
const BACK: Duration = Duration::from_secs(5);

/// How long PostgreSQL is there before an outage and after it, and how long it is away.
const CALM: Duration = Duration::from_secs(2);
const OUTAGE: Duration = Duration::from_secs(6);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mut database = context.postgres().await?;
    let service = ServicePlan::new("service", &database.url()).start_ready(context).await?;
    let email = "outage@chaos.example";
    let token = register_for_load(service.address(), email).await?;
    let workers = vec![(Call::Register, 3), (Call::Login, 2), (Call::Me, 3)];
    let plan = LoadPlan {
        workers,
        prefix: "outage".to_owned(),
        keeps_connections: true,
        pause: Duration::from_millis(5),
        account: Some((logging_in(email), token)),
    };
    let load = Load::start(service.address(), plan);
    let rounds = context.choose(1, 5);
    let mut worst = Worst::default();
    for round in 1..=rounds {
        context.step(&format!("postgres-outage: round {round} of {rounds}"));
        // In good order at first, then as a crash, in turn.
        let signal = if round % 2 == 1 { Signal::INT } else { Signal::QUIT };
        survive(server(&mut database)?, &service, signal, &mut worst).await?;
    }
    sleep(CALM).await;
    let ledger = load.stop().await?;
    context.measure("rounds", rounds);
    context.measure_time("not_ready_after", worst.not_ready);
    context.measure_time("ready_after_return", worst.back);
    check(context, ledger, service, &database).await
}

/// The longest times of all rounds.
#[derive(Default)]
struct Worst {
    not_ready: Duration,
    back: Duration,
}

fn server(database: &mut Database) -> Result<&mut Postgres> {
    match database {
        Database::Postgres { server, .. } => Ok(server),
        Database::Sqlite { .. } => bail!("this is not a PostgreSQL database"),
    }
}

async fn survive(postgres: &mut Postgres, service: &Service, signal: Signal, worst: &mut Worst) -> Result<()> {
    sleep(CALM).await;
    let started = Instant::now();
    postgres.end(signal).await?;
    let not_ready = eventually(NOT_READY, "/readiness says 503", async || {
        service.send(&Request::get("/readiness")).await.is_ok_and(|answer| answer.status == 503)
    });
    worst.not_ready = worst.not_ready.max(not_ready.await?);
    while started.elapsed() < OUTAGE {
        for (path, status) in [("/health", 200), ("/readiness", 503)] {
            let answer = service.send(&Request::get(path)).await?;
            ensure!(answer.status == status, "{path} says {} during the outage", answer.status);
            ensure!(answer.took < Duration::from_secs(1), "{path} took {:?} during the outage", answer.took);
        }
        sleep(Duration::from_millis(50)).await;
    }
    postgres.resume().await?;
    worst.back = worst.back.max(service.wait_until_ready(BACK).await?);
    let login = Request::login("outage@chaos.example", PASSWORD);
    let again =
        eventually(BACK, "log-ins go on", async || service.send(&login).await.is_ok_and(|answer| answer.status == 200));
    again.await.map(drop)
}

async fn check(context: &Context, ledger: Ledger, mut service: Service, database: &Database) -> Result<()> {
    let (served, refused) = (ledger.count(200), ledger.count(503));
    context.measure("requests", ledger.records.len());
    context.measure("served", served);
    context.measure("refused", refused);
    context.measure("acknowledged", ledger.acknowledged.len());
    context.measure_time("longest_refusal", ledger.longest(503));
    let others = ledger.others(&[200, 503]);
    ensure!(others.is_empty(), "other answers than 200 and 503: {}", others.join(", "));
    ensure!(served > 0 && refused > 0, "the load met no outage: {served} served, {refused} refused");
    ensure!(ledger.longest(503) <= ANSWER + SLACK, "a refusal took {:?}", ledger.longest(503));
    ensure!(ledger.longest(200) <= ANSWER + SLACK, "an answer took {:?}", ledger.longest(200));
    let users = database.users()?;
    let lost = ledger.acknowledged.difference(&users).count();
    context.measure("lost", lost);
    ensure!(lost == 0, "{lost} acknowledged users are gone");
    assert_all_log_in(service.address(), &ledger.acknowledged).await?;
    service.check_health()
}
