//! The file system of the SQLite file is full. Writes are refused, reads go on, nothing is damaged, and everything
//! goes on when there is room again.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use fs_err as fs;
use ore_harness::{Request, Skipped, eventually, register, run as run_program};
use rustix::fs::statvfs;

use crate::context::{Context, service};
use crate::kit::{BACK, Call, LoadPlan, expect_all_log_in};

/// The size of the file system, and how much of it is left, so that it is a write of SQLite's that fills it.
const SIZE: &str = "8m";
const LEFT: u64 = 256 * 1024;

/// How long writes may find room that SQLite has already.
const FULL: Duration = Duration::from_mins(1);

pub(super) async fn run(context: &Context) -> Result<()> {
    let directory = context.directory.join("small");
    mount(context, &directory)?;
    let database = context.sqlite("small/app")?;
    let service = service("service", &database.url()).start_ready(context).await?;
    let first = "first@chaos.example";
    let token = register(service.address(), first).await?.access;

    context.step("disk-full: until writes are refused");
    let filler = directory.join("filler");
    let room = statvfs(&directory).context("cannot see how full the file system is")?;
    let filling = (room.f_bavail * room.f_frsize).saturating_sub(LEFT);
    fs::write(&filler, vec![0; filling.try_into()?])?;
    let load = LoadPlan::registrations(service.address()).start(&[(Call::Register, 1)]);
    let refusals = context.choose(20, 200);
    eventually(FULL, "writes are refused", async || load.results().count(503) >= refusals).await?;
    let results = load.stop().await?;
    results.expect(&[200, 503], &[])?;
    let mut acknowledged = results.acknowledged;
    acknowledged.insert(first.to_owned());
    context.measure("acknowledged", acknowledged.len());
    service.expect(200, &Request::me(&token)).await?;
    // It writes its session.
    service.expect(503, &Request::login(first)).await?;
    service.expect(200, &Request::get("/health")).await?;
    database.check_integrity().context("on the full disk")?;

    context.step("disk-full: there is room again");
    fs::remove_file(filler)?;
    let after = "after@chaos.example";
    let recovered = service.expect_soon(BACK, 200, &Request::register(after)).await?;
    context.measure_time("written_after_room", recovered);
    database.check_integrity().context("after there was room again")?;
    acknowledged.insert(after.to_owned());
    expect_all_log_in(service.address(), &acknowledged).await?;
    let users = database.users()?;
    ensure!(users == acknowledged, "{} users are there, and {} are acknowledged", users.len(), acknowledged.len());
    Ok(())
}

/// A file system in memory, until the end of the whole run.
fn mount(context: &Context, directory: &Path) -> Result<()> {
    fs::create_dir(directory)?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE}"), "ore-chaos"]).arg(directory);
    run_program(&mut mount).map_err(|error| Skipped(format!("no small file system can be mounted here: {error:#}")))?;
    context.guard.add(&directory.to_string_lossy())
}
