//! The file system of the SQLite file is full. Writes are refused, reads go on, nothing is damaged, and everything
//! goes on when there is room again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Request, Service, Skipped, register, run as run_program};
use rustix::fs::statvfs;

use crate::context::{Context, service};
use crate::kit::{BACK, expect_all_log_in};

/// The size of the file system, and how much of it is left, so that it is a write of SQLite's that fills it.
const SIZE: &str = "8m";
const LEFT: u64 = 256 * 1024;

/// More than there is room for.
const MOST_WRITES: usize = 2_000;

pub(super) async fn run(context: &Context) -> Result<()> {
    let directory = context.directory.join("small");
    mount(context, &directory)?;
    let database = context.sqlite_in(&directory, "app")?;
    let mut service = service("service", &database.url()).start_ready(context).await?;
    let first = "first@chaos.example";
    let token = register(service.address(), first).await?.access;

    context.step("disk-full: until writes are refused");
    let filler = directory.join("filler");
    let room = statvfs(&directory).context("cannot see how full the file system is")?;
    let filling = (room.f_bavail * room.f_frsize).saturating_sub(LEFT);
    fs::write(&filler, vec![0; filling.try_into()?]).context("cannot fill the file system")?;
    let mut acknowledged = write_until_refused(&service, context.choose(20, 200)).await?;
    acknowledged.insert(first.to_owned());
    context.measure("acknowledged", acknowledged.len());
    service.expect(200, &Request::me(&token)).await?;
    // It writes its session.
    service.expect(503, &Request::login(first)).await?;
    service.expect(200, &Request::get("/health")).await?;
    database.check_integrity().context("on the full disk")?;

    context.step("disk-full: there is room again");
    fs::remove_file(filler).context("cannot make room again")?;
    let after = "after@chaos.example";
    let recovered = service.expect_soon(BACK, 200, &Request::register(after)).await?;
    context.measure_time("written_after_room", recovered);
    database.check_integrity().context("after there was room again")?;
    acknowledged.insert(after.to_owned());
    expect_all_log_in(service.address(), &acknowledged).await?;
    let users = database.users()?;
    ensure!(users == acknowledged, "{} users are there, and {} are acknowledged", users.len(), acknowledged.len());
    service.check_health()
}

/// A file system in memory, until the end of the whole run.
fn mount(context: &Context, directory: &Path) -> Result<()> {
    fs::create_dir(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE}"), "ore-chaos"]).arg(directory);
    run_program(&mut mount).map_err(|error| Skipped(format!("no small file system can be mounted here: {error:#}")))?;
    context.guard.add(&directory.to_string_lossy())
}

/// Until so many writes were refused. One may be accepted between them: SQLite writes into room that it has already.
/// Returns who was accepted.
async fn write_until_refused(service: &Service, mut refusals: usize) -> Result<BTreeSet<String>> {
    let (mut client, mut acknowledged) = (Client::new(service.address()), BTreeSet::new());
    for number in 0..MOST_WRITES {
        let email = format!("filling-{number}@chaos.example");
        let answer = client.send(&Request::register(&email)).await?;
        match answer.status {
            200 => drop(acknowledged.insert(email)),
            503 => refusals -= 1,
            _ => bail!("a write on the full disk was answered {answer}"),
        }
        if refusals == 0 {
            return Ok(acknowledged);
        }
    }
    bail!("{MOST_WRITES} writes found room on the full disk")
}
