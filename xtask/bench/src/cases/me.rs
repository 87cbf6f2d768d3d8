//! The request that clients make most: a token checked, its user looked up, the access log written.

use anyhow::Result;
use ore_harness::{Database, Request, register};

use crate::context::Context;
use crate::kit::{Beside, Contender, Cost, Figure, Ratio, compare, service, start_bare};
use crate::report::Goal;

const PATH: &str = "/api/v1/auth/me";

pub(super) async fn run(context: &Context) -> Result<()> {
    measure(context, "SQLite", &context.sqlite("app")?).await?;
    measure(context, "PostgreSQL", &context.postgres()?).await
}

async fn measure(context: &Context, name: &str, database: &Database) -> Result<()> {
    let server = service(name, &database.url(), Cost::LEAST).start_ready(context).await?;
    let token = register(server.address(), "me@bench.example").await?.access;
    let bare = start_bare(context, &server.expect(200, &Request::me(&token)).await?, false).await?;
    // Both are sent the same bytes.
    let contenders = vec![
        (format!("bare, beside {name}"), Contender::get(&bare, PATH, &token), Ratio::Hidden),
        (format!("GET {PATH}, {name}"), Contender::get(&server, PATH, &token), Ratio::Judged(Goal::AtLeast(0.6))),
    ];
    compare(context, Figure::Rate, Beside::Figure("bare"), contenders).await.map(drop)
}
