//! haproxy in front of replicas.

use std::fs;
use std::path::Path;

use anyhow::Result;
use ore_harness::start_haproxy;

use super::Proxy;
use crate::context::Context;

/// Starts it in front of two replicas.
pub(in crate::scenarios) fn start(context: &Context, program: &Path, replicas: [u16; 2]) -> Result<Proxy> {
    start_before(context, program, &replicas)
}

/// Starts it in front of any number of them.
pub(in crate::scenarios) fn start_before(context: &Context, program: &Path, replicas: &[u16]) -> Result<Proxy> {
    let log = fs::File::create(context.log("haproxy")?)?;
    let (address, process) = start_haproxy(context.guard(), program, context.directory(), log, replicas)?;
    Ok(Proxy { address, keeps_connections: true, _processes: vec![process] })
}
