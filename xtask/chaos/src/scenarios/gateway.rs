//! A gateway asks the service who calls, before it hands a request on to another one.

use std::time::Duration;

use anyhow::{Result, ensure};
use ore_harness::{
    Answer, Client, Lab, Process, Request, START_TIMEOUT, eventually, free_port, local, log_in, register,
};
use serde_json::Value;

use crate::context::{Context, service};
use crate::kit::{Gateway, start_backend};

/// The permission that `auth_request.conf` and the `Caddyfile` ask for.
const NEEDED: &str = "users.read";

/// A session that has ended counts so long at a gateway, and at each replica.
const LOGGED_OUT_WITHIN: Duration = Duration::from_secs(1);

/// Names that a client forges; none of them may come through.
const FORGED: [&str; 7] =
    ["X-User-Id", "X-Client-Id", "X-Session-Id", "X-Impersonator-Id", "X-Scopes", "X_User_Id", "X_Scopes"];

/// Sends callers of all kinds through the gateway.
pub(super) async fn run(context: &Context, start_gateway: fn(&Lab, Gateway) -> Result<Process>) -> Result<()> {
    let database = context.sqlite("app")?;
    let service = service("service", &database.url()).start_ready(context).await?;
    let ports = Gateway { port: free_port()?, service: service.address().port(), backend: start_backend().await? };
    let _gateway = start_gateway(context, ports)?;
    let mut gateway = Client::without_keeping(local(ports.port));
    gateway.expect_soon(START_TIMEOUT, 401, &Request::get("/notes")).await?;
    let user = register(service.address(), "user@chaos.example").await?.access;
    register(service.address(), "admin@chaos.example").await?;
    service.plan.operate(context, &["user", "grant", "admin@chaos.example", "admin"])?;
    let admin = log_in(service.address(), "admin@chaos.example").await?.access;
    let mut ask = async |token: &str| -> Result<Answer> {
        let request = FORGED.iter().fold(Request::get("/notes"), |request, name| request.with_header(name, "4711"));
        gateway.send(&request.with_token(token)).await
    };
    for (token, expected) in [(user.as_str(), 403), ("x.y.z", 401), (&admin, 200)] {
        let status = ask(token).await?.status;
        ensure!(status == expected, "a caller who is due {expected} got {status}");
    }
    check_headers(&ask(&admin).await?.body)?;
    service.expect(200, &Request::log_out(&admin)).await?;
    let mut status = None;
    let refused = eventually(LOGGED_OUT_WITHIN, "a user who has logged out is refused", async || {
        status = ask(&admin).await.ok().map(|answer| answer.status);
        status != Some(200)
    });
    context.measure_time("logged_out", refused.await?);
    ensure!(status == Some(401), "a user who has logged out got {status:?}");
    Ok(())
}

/// Checks the headers that the service behind the gateway received.
fn check_headers(told: &Value) -> Result<()> {
    let forged: Vec<_> = told.as_object().into_iter().flatten().filter(|(_, value)| *value == "4711").collect();
    ensure!(forged.is_empty(), "headers of the client came through: {forged:?}");
    let scopes = told["x-scopes"].as_str().unwrap_or_default();
    let is_named = told["x-user-id"] == "2" && told["x-session-id"].is_string();
    ensure!(is_named && scopes.split(' ').any(|it| it == NEEDED), "the service behind was told {told}");
    // Whoever is no client and impersonates nobody is not named so.
    let empty =
        ["x-client-id", "x-impersonator-id"].iter().all(|name| told[*name].as_str().unwrap_or_default().is_empty());
    ensure!(empty, "the service behind was told {told}");
    Ok(())
}
