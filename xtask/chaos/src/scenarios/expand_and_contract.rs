//! Expand and contract: an earlier program serves on the schema of this one and beside it, as in a rolling upgrade.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Database, Request};

use crate::context::Context;
use crate::kit::{PASSWORD, Service, ServicePlan, register};

pub(super) async fn run(context: &Context) -> Result<()> {
    let earlier = context.tools().get("earlier-server")?.to_owned();
    upgrade(context, "sqlite", &context.sqlite()?, &earlier).await?;
    upgrade(context, "postgres", &context.postgres().await?, &earlier).await
}

async fn upgrade(context: &Context, kind: &str, database: &Database, program: &Path) -> Result<()> {
    context.step(&format!("expand-and-contract: both programs on {kind}"));
    let plan = ServicePlan::new(format!("{kind}-earlier"), &database.url()).running(program);
    let mut earlier = plan.start_ready(context).await.context("the earlier program does not start by itself")?;
    let first = format!("{kind}-first@chaos.example");
    register(earlier.address(), &first).await?;
    // It migrates under the earlier one, which serves on.
    let mut current = ServicePlan::new(format!("{kind}-current"), &database.url()).start_ready(context).await?;
    log_in(&current, &first).await?;
    serve_together(&earlier, &current, &format!("{kind}-during"))
        .await
        .context("while the earlier program serves on")?;
    earlier.check_health()?;
    drop(earlier);
    earlier = plan.start_ready(context).await.context("the earlier program does not start on the new schema")?;
    serve_together(&earlier, &current, &format!("{kind}-after")).await.context("after a start on the new schema")?;
    [&mut earlier, &mut current].into_iter().try_for_each(Service::check_health)
}

/// What one of them has registered, the other knows.
async fn serve_together(earlier: &Service, current: &Service, name: &str) -> Result<()> {
    for (number, [one, other]) in [[earlier, current], [current, earlier]].into_iter().enumerate() {
        let email = format!("{name}-{number}@chaos.example");
        let token = register(one.address(), &email).await?;
        for service in [one, other] {
            log_in(service, &email).await?;
            let status = service.send(&Request::me(&token)).await?.status;
            ensure!(status == 200, "/me of a token of the other program was answered {status}");
        }
    }
    Ok(())
}

async fn log_in(service: &Service, email: &str) -> Result<()> {
    let answer = service.send(&Request::login(email, PASSWORD)).await?;
    ensure!(answer.status == 200, "the log-in of {email} was answered {}: {}", answer.status, answer.body);
    Ok(())
}
