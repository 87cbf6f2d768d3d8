//! The request that clients make most: a token checked, its user looked up, the access log written.

use anyhow::Result;
use ore_harness::{Request, register};

use crate::context::{Context, DatabaseKind};
use crate::kit::{Contender, Cost, EMAIL, Figure, Load, ME, compare, service, start_bare};
use crate::report::Goal;

pub(super) async fn run(context: &Context) -> Result<()> {
    for kind in DatabaseKind::ALL {
        let database = context.database(kind, "app")?;
        let server = service(kind.to_string(), &database.url(), Cost::LEAST).start_ready(context).await?;
        let token = register(server.address(), EMAIL).await?.access;
        let bare = start_bare(context, &server.expect(200, &Request::me(&token)).await?, false).await?;
        // Both are sent the same bytes.
        let [bare, ours] = [&bare, &server].map(|server| Load::me(server, &token));
        let contenders = [
            Contender::new(format!("bare, beside {kind}"), bare),
            Contender::new(format!("GET {ME}, {kind}"), ours).judged(Goal::AtLeast(0.6)),
        ];
        compare(context, Figure::Rate, "bare", &contenders).await?;
    }
    Ok(())
}
