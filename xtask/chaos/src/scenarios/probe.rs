//! Requests from a process of their own, which a flood from this one does not slow down.

use std::time::Duration;

use anyhow::Result;
use ore_harness::{Wrk, WrkPlan};

use crate::context::Context;
use crate::kit::Service;

/// Sends requests one after another on two connections, for some time.
pub(super) fn start(context: &Context, service: &Service, path: &str, token: &str, time: Duration) -> Result<Wrk> {
    let plan = WrkPlan {
        program: context.tools().get("wrk")?.to_owned(),
        url: format!("http://{}{path}", service.address()),
        threads: 1,
        connections: 2,
        time,
        headers: vec![format!("Authorization: Bearer {token}")],
        script: None,
    };
    plan.start(context.guard(), context.directory().join(format!("wrk{}", path.replace('/', "-"))))
}
