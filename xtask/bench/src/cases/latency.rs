//! How long a request takes at fixed rates, from when it should have been sent.

use anyhow::Result;
use ore_harness::Request;

use crate::context::Context;
use crate::kit::{BareAnswer, Cost, OpenLoop, Server, ServerPlan, microseconds, register, start_bare};
use crate::report::{Plot, Row, Series};

const PATH: &str = "/api/v1/auth/me";
const EMAIL: &str = "latency@bench.example";
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

/// Below this part of the rate that was asked for, the server does not keep up.
const KEEPS_UP: f64 = 0.97;

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let plan = ServerPlan::new("service", &database.url()).at_cost(Cost::LEAST);
    let server = plan.start(context).await?;
    let token = register(&server, EMAIL).await?;
    let answer = server.send(&Request::me(&token)).await?;
    let bare = start_bare(context, BareAnswer::as_long_as(&answer)).await?;
    let mut series = measure(context, "bare", &bare, &token).await?;
    series.extend(measure(context, "service", &server, &token).await?);
    let title = "GET /api/v1/auth/me on SQLite: time by rate".to_owned();
    let name = "latency".to_owned();
    context.draw(Plot { name, title, x: "requests a second", y: "milliseconds", series });
    Ok(())
}

/// One curve for each quantile, and a row for each rate.
async fn measure(context: &Context, name: &str, server: &Server, token: &str) -> Result<Vec<Series>> {
    let rates = context.choose(&[1_000, 4_000][..], &[500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    let mut curves = QUANTILES.map(|(quantile, _)| Series { name: format!("{name} {quantile}"), points: Vec::new() });
    for &rate in rates {
        context.step(&format!("{name} at {rate} a second"));
        let load = OpenLoop {
            server: server.address(),
            path: PATH,
            token: token.to_owned(),
            rate,
            time: context.choose(context.time(), 2 * context.time()),
        };
        let latencies = load.run().await?;
        if latencies.rate < KEEPS_UP * f64::from(rate) {
            break;
        }
        for (curve, (_, part)) in curves.iter_mut().zip(QUANTILES) {
            curve.points.push((f64::from(rate), latencies.quantile(part) / 1000.0));
        }
        let load_itself = microseconds(&latencies.lateness, 0.99);
        let what = format!("p99 of {name} at {rate} a second (of which the load itself {load_itself:.0} µs)");
        context.record(Row::new(what, "µs", &[latencies.quantile(0.99)]));
    }
    Ok(curves.into())
}
