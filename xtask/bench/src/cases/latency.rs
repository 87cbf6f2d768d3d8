//! How long a request takes at fixed rates, from when it should have been sent.

use anyhow::Result;
use ore_harness::{Request, Service, register};

use crate::context::Context;
use crate::kit::{Cost, EMAIL, OpenLoop, microseconds, service, start_bare};
use crate::report::{Row, Spread};

const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)];

/// A server that takes longer than so many times the time of the load does not keep up.
const KEEPS_UP: f64 = 1.03;

pub(super) async fn run(context: &Context) -> Result<()> {
    let plan = service("service", &context.sqlite("app")?.url(), Cost::LEAST);
    let server = plan.start_ready(context).await?;
    let token = register(server.address(), EMAIL).await?.access;
    let bare = start_bare(context, &server.expect(200, &Request::me(&token)).await?, false).await?;
    measure(context, "bare", &bare, &token).await?;
    measure(context, "service", &server, &token).await
}

/// A row for each quantile at each rate.
async fn measure(context: &Context, name: &str, server: &Service, token: &str) -> Result<()> {
    let rates = context.choose(&[1_000, 4_000][..], &[500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    for &rate in rates {
        context.step(&format!("{name} at {rate} a second"));
        let time = context.choose(context.time(), 2 * context.time());
        let load = OpenLoop { server: server.address(), token: token.to_owned(), rate, time };
        let latencies = load.run().await?;
        if latencies.took > time.mul_f64(KEEPS_UP) {
            break;
        }
        for (quantile, part) in QUANTILES {
            let load_itself = microseconds(&latencies.lateness, part);
            let what =
                format!("{quantile} of {name} at {rate} a second (of which the load itself {load_itself:.0} µs)");
            context.record(Row::new(what, "µs", Spread::of(&[microseconds(&latencies.times, part)])));
        }
    }
    Ok(())
}
