//! Expand and contract: an earlier program serves on the schema of this one and beside it, as in a rolling upgrade and
//! when it is taken back, under load all the while.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Database, Request, Service, register};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{SessionLoad, start_sessions};

const WORKERS: usize = 4;

/// One in so many requests may get 503: hashes, and writers of SQLite, wait for a busy machine, but not for long.
const FEW: usize = 50;

/// How long a load goes on before a change and after it.
const CALM: Duration = Duration::from_secs(1);

/// How long one of the programs may take to end when it is asked to.
const END: Duration = Duration::from_secs(20);

pub(super) async fn run(context: &Context) -> Result<()> {
    let earlier = context.tools.get("earlier-server")?.to_owned();
    upgrade(context, "sqlite", &context.sqlite()?, &earlier).await?;
    upgrade(context, "postgres", &context.postgres()?, &earlier).await
}

async fn upgrade(context: &Context, kind: &str, database: &Database, program: &Path) -> Result<()> {
    context.step(&format!("expand-and-contract: both programs on {kind}"));
    let [of_current, plan] = ["current", "earlier"]
        .map(|name| service(format!("{kind}-{name}"), &database.url()).with("BACKEND_SHUTDOWN_DELAY_SECONDS", "0"));
    let plan = plan.running(program);
    let mut earlier = plan.start_ready(context).await.context("the earlier program does not start by itself")?;
    let first = format!("{kind}-first@chaos.example");
    register(earlier.address(), &first).await?;
    // It migrates under the earlier one, which serves on.
    let load = start_load(&[&earlier], &format!("{kind}-migrated"));
    sleep(CALM).await;
    let mut current = of_current.start_ready(context).await?;
    sleep(CALM).await;
    finish(context, load, &[&earlier, &current]).await.context("while the database was migrated")?;
    current.expect(200, &Request::login(&first)).await?;
    serve_together(&earlier, &current, &format!("{kind}-during"))
        .await
        .context("while the earlier program serves on")?;
    let load = start_load(&[&earlier, &current], &format!("{kind}-both"));
    sleep(context.choose(CALM, Duration::from_mins(1))).await;
    finish(context, load, &[&earlier, &current]).await.context("while both served")?;

    context.step(&format!("expand-and-contract: the earlier program on {kind} again"));
    earlier.check_health()?;
    let load = start_load(&[&current], &format!("{kind}-replaced"));
    sleep(CALM).await;
    earlier.terminate(END).await?;
    earlier = plan.start_ready(context).await.context("the earlier program does not start on the new schema")?;
    finish(context, load, &[&current, &earlier])
        .await
        .context("while the earlier program was replaced and came back")?;
    serve_together(&earlier, &current, &format!("{kind}-after")).await.context("after a start on the new schema")?;
    let load = start_load(&[&earlier], &format!("{kind}-back"));
    current.check_health()?;
    current.terminate(END).await?;
    sleep(context.choose(CALM, Duration::from_mins(1))).await;
    finish(context, load, &[&earlier]).await.context("after this program was taken back")?;
    earlier.check_health()
}

fn start_load(services: &[&Service], prefix: &str) -> SessionLoad {
    start_sessions(&services.iter().map(|service| service.address()).collect::<Vec<_>>(), prefix, WORKERS)
}

/// Ends a load, of which nothing was refused but a few, and looks at each of these for all that it has done.
async fn finish(context: &Context, load: SessionLoad, services: &[&Service]) -> Result<()> {
    let results = load.stop().await?;
    let addresses: Vec<_> = services.iter().map(|service| service.address()).collect();
    results.check(context, &addresses).await?;
    ensure!(results.cut == 0, "{} requests had no answer", results.cut);
    ensure!(results.refused * FEW <= results.requests, "{} of {} got 503", results.refused, results.requests);
    Ok(())
}

/// What one of them has registered, the other knows.
async fn serve_together(earlier: &Service, current: &Service, name: &str) -> Result<()> {
    for (number, [one, other]) in [[earlier, current], [current, earlier]].into_iter().enumerate() {
        let email = format!("{name}-{number}@chaos.example");
        let token = register(one.address(), &email).await?.access;
        for service in [one, other] {
            service.expect(200, &Request::login(&email)).await?;
            service.expect(200, &Request::me(&token)).await?;
        }
    }
    Ok(())
}
