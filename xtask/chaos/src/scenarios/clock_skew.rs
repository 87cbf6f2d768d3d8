//! Replicas whose clocks differ. Up to 25 seconds nobody notices; tokens from ten minutes away are refused, in either
//! direction, and nothing breaks.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Request, Service, register, run as run_program};

use crate::context::{Context, service};

/// By how many seconds the clocks of the replicas are off, the first one's right.
const OFFSETS: [i64; 5] = [0, 25, -25, 600, -600];

/// Differences up to here are allowed for; it is the table's, and below the leeway of 30 seconds.
const TOLERATED: u64 = 25;
/// From here on tokens are refused: ten minutes, of which so much is allowed for.
const REFUSED: u64 = 600 - TOLERATED;

/// So short that a token from ten minutes ago is over.
const TOKEN_MINUTES: &str = "5";

pub(super) async fn run(context: &Context) -> Result<()> {
    let database = context.sqlite("app")?;
    let mut replicas = Vec::new();
    for offset in OFFSETS {
        context.step(&format!("clock-skew: a clock {offset:+} s off"));
        let plan = service(format!("clock{offset:+}"), &database.url());
        let plan = context.with_clock_off(plan.with("BACKEND_ACCESS_TOKEN_EXPIRE_MINUTES", TOKEN_MINUTES), offset)?;
        let service = plan.start_ready(context).await?;
        expect_clock(&service, offset).await?;
        let token = register(service.address(), &format!("clock{offset}@chaos.example")).await?.access;
        replicas.push((offset, service, token));
    }
    for (issued_at, _, token) in &replicas {
        for (checked_at, service, _) in &replicas {
            let status = service.send(&Request::me(token)).await?.status;
            let (expected, figure): (&[u16], _) = match issued_at.abs_diff(*checked_at) {
                0..=TOLERATED => (&[200], "accepted"),
                REFUSED.. => (&[401], "refused"),
                // Nothing is promised but an answer.
                _ => (&[200, 401], "either"),
            };
            let pair = format!("a token of the clock {issued_at:+} s was answered {status} at {checked_at:+} s");
            ensure!(expected.contains(&status), "{pair}");
            context.add(figure, 1);
        }
    }
    Ok(())
}

/// Else this shows nothing.
async fn expect_clock(service: &Service, offset: i64) -> Result<()> {
    let answer = service.expect(200, &Request::get("/health")).await?;
    let timestamp = answer.body["timestamp"].as_str().context("/health tells no time")?;
    let told = run_program(Command::new("date").args(["-u", "+%s", "-d", timestamp]))?;
    let here = run_program(Command::new("date").args(["-u", "+%s"]))?;
    let difference = told.trim().parse::<i64>()? - here.trim().parse::<i64>()?;
    ensure!((difference - offset).abs() <= 5, "the clock is {difference} s off and not {offset}");
    Ok(())
}
