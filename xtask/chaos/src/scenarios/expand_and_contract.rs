//! Expand and contract: an earlier program serves on the schema of this one and beside it, as in a rolling upgrade and
//! when it is taken back, under load all the while.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};
use ore_harness::{Database, LoadClients, Request, Service, register};
use tokio::time::sleep;

use crate::context::{Context, service};
use crate::kit::{SessionResults, new_email, start_sessions};

const WORKERS: usize = 4;

/// How long a load goes on before a change and after it.
const CALM: Duration = Duration::from_secs(1);

pub(super) async fn run(context: &Context) -> Result<()> {
    let earlier = context.tools.get("earlier-server")?.to_owned();
    upgrade(context, "sqlite", &context.sqlite("app")?, &earlier).await?;
    upgrade(context, "postgres", &context.postgres()?, &earlier).await
}

async fn upgrade(context: &Context, kind: &str, database: &Database, program: &Path) -> Result<()> {
    context.step(&format!("expand-and-contract: both programs on {kind}"));
    let [of_current, of_earlier] = ["current", "earlier"]
        .map(|name| service(format!("{kind}-{name}"), &database.url()).with("BACKEND_SHUTDOWN_DELAY_SECONDS", "0"));
    let of_earlier = of_earlier.running(program);
    let (old, new) = (of_earlier.address(), of_current.address());
    let mut earlier = of_earlier.start_ready(context).await.context("the earlier program does not start by itself")?;
    let first = new_email();
    register(old, &first).await?;
    // It migrates under the earlier one, which serves on.
    let load = start_sessions(&[old], WORKERS);
    sleep(CALM).await;
    let mut current = of_current.start_ready(context).await?;
    sleep(CALM).await;
    finish(context, load, &[old, new]).await.context("while the database was migrated")?;
    current.expect(200, &Request::login(&first)).await?;
    serve_together([&earlier, &current]).await.context("while the earlier program serves on")?;
    let load = start_sessions(&[old, new], WORKERS);
    sleep(context.choose(CALM, Duration::from_mins(1))).await;
    finish(context, load, &[old, new]).await.context("while both served")?;

    context.step(&format!("expand-and-contract: the earlier program on {kind} again"));
    let load = start_sessions(&[new], WORKERS);
    sleep(CALM).await;
    earlier.terminate()?;
    earlier = of_earlier.start_ready(context).await.context("the earlier program does not start on the new schema")?;
    finish(context, load, &[new, old]).await.context("while the earlier program was replaced and came back")?;
    serve_together([&earlier, &current]).await.context("after a start on the new schema")?;
    let load = start_sessions(&[old], WORKERS);
    current.terminate()?;
    sleep(context.choose(CALM, Duration::from_mins(1))).await;
    finish(context, load, &[old]).await.context("after this program was taken back")
}

/// Ends a load, of which nothing was refused but a few, and looks at each of these for all that it has done.
async fn finish(context: &Context, load: LoadClients<SessionResults>, servers: &[SocketAddr]) -> Result<()> {
    let results = load.stop().await?;
    results.check(context, servers, &[]).await?;
    results.answers.expect_few_refused(0)
}

/// What one of them has registered, the other knows.
async fn serve_together(programs: [&Service; 2]) -> Result<()> {
    for one in programs {
        let email = new_email();
        let token = register(one.address(), &email).await?.access;
        for service in programs {
            service.expect(200, &Request::login(&email)).await?;
            service.expect(200, &Request::me(&token)).await?;
        }
    }
    Ok(())
}
