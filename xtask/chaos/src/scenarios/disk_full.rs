//! The file system of the SQLite file is full. Writes are refused, reads go on, nothing is damaged, and everything
//! goes on when there is room again.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use ore_harness::{Client, Guard, Request, Service, Skipped, register, run as run_program};

use crate::context::{Context, service};
use crate::kit::expect_all_log_in;

/// The size of the file system, and how much of it is left, so that it is a write of SQLite's that fills it.
const SIZE: &str = "8m";
const LEFT: u64 = 256 * 1024;

/// More than there is room for.
const MOST_WRITES: usize = 2_000;

const RECOVERY: Duration = Duration::from_secs(5);

pub(super) async fn run(context: &Context) -> Result<()> {
    let mount = SmallFileSystem::mount(&context.guard, context.directory.join("small"))?;
    let database = context.sqlite_in(&mount.path)?;
    let mut service = service("service", &database.url()).start_ready(context).await?;
    let mut acknowledged = vec!["first@chaos.example".to_owned()];
    let token = register(service.address(), &acknowledged[0]).await?.access;

    context.step("disk-full: until writes are refused");
    let filler = mount.fill()?;
    let refused = context.choose(20, 200);
    write_until_refused(&service, &mut acknowledged, refused).await?;
    context.measure("acknowledged", acknowledged.len());
    context.measure("refused", refused);
    service.expect(200, &Request::me(&token)).await?;
    // It writes its session.
    service.expect(503, &Request::login(&acknowledged[0])).await?;
    service.expect(200, &Request::get("/health")).await?;
    database.check_integrity().context("on the full disk")?;

    context.step("disk-full: there is room again");
    fs::remove_file(filler).context("cannot make room again")?;
    let recovered = service.expect_soon(RECOVERY, 200, &registration("after", 0)).await?;
    context.measure_time("written_after_room", recovered);
    database.check_integrity().context("after there was room again")?;
    expect_all_log_in(service.address(), &acknowledged).await?;
    let users = database.users()?;
    ensure!(users.len() == acknowledged.len() + 1, "{} users are there, not those acknowledged", users.len());
    service.check_health()
}

fn registration(prefix: &str, number: usize) -> Request {
    Request::register(&format!("{prefix}-{number}@chaos.example"))
}

/// Until so many writes were refused. One may be accepted between them: SQLite writes into room that it has already.
async fn write_until_refused(service: &Service, acknowledged: &mut Vec<String>, mut refusals: usize) -> Result<()> {
    let mut client = Client::new(service.address());
    for number in 0..MOST_WRITES {
        let answer = client.send(&registration("filling", number)).await?;
        match answer.status {
            200 => acknowledged.push(format!("filling-{number}@chaos.example")),
            503 => refusals -= 1,
            status => bail!("a write on the full disk was answered {status}: {}", answer.body),
        }
        if refusals == 0 {
            return Ok(());
        }
    }
    bail!("{MOST_WRITES} writes found room on the full disk")
}

/// A file system in memory, gone with the value.
struct SmallFileSystem {
    path: PathBuf,
    guard: Guard,
}

impl SmallFileSystem {
    fn mount(guard: &Guard, path: PathBuf) -> Result<Self> {
        fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={SIZE}"), "ore-chaos"]).arg(&path);
        run_program(&mut mount)
            .map_err(|error| Skipped(format!("no small file system can be mounted here: {error:#}")))?;
        guard.add(&path.to_string_lossy())?;
        Ok(Self { path, guard: guard.clone() })
    }

    /// Returns the file that takes the room.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.path.join("filler");
        let file = File::create(&path).context("cannot fill the file system")?;
        match write_until_full(&file) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {}
            result => bail!("the file system cannot be filled: {result:?}"),
        }
        let size = file.metadata().context("cannot see how full the file system is")?.len();
        file.set_len(size.saturating_sub(LEFT)).context("cannot leave some room")?;
        Ok(path)
    }
}

fn write_until_full(mut file: &File) -> io::Result<()> {
    let piece = vec![0; 4096];
    for _ in 0..100_000 {
        file.write_all(&piece)?;
    }
    Ok(())
}

impl Drop for SmallFileSystem {
    fn drop(&mut self) {
        if run_program(Command::new("umount").arg("-l").arg(&self.path)).is_ok() {
            self.guard.remove(&self.path.to_string_lossy());
        }
    }
}
