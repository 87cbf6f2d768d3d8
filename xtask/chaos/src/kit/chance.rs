//! Times: by chance, and on other clocks.

use std::time::Duration;

use anyhow::Result;
use fastrand::Rng;
use ore_harness::ServicePlan;

use crate::context::Context;

/// A time from the one to the other, in whole milliseconds.
pub(crate) fn between(chance: &mut Rng, least: Duration, most: Duration) -> Duration {
    let in_milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(chance.u64(in_milliseconds(least)..=in_milliseconds(most)))
}

/// The same service, whose clock is so many seconds off. That of deadlines goes on as it does.
pub(crate) fn with_clock_off(context: &Context, plan: ServicePlan, seconds: i64) -> Result<ServicePlan> {
    let library = context.tools.get("faketime")?.display().to_string();
    let plan = plan.with("LD_PRELOAD", library).with("FAKETIME", format!("{seconds:+}s"));
    Ok(plan.with_all(&[("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("DONT_FAKE_MONOTONIC", "1")]))
}
