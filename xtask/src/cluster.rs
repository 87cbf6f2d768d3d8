//! `cargo xtask cluster`: the service with all that stands around it, on this machine and without containers.

mod check;
mod configuration;
mod load;
mod member;
mod replica;

use std::fs;
use std::num::NonZeroU8;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result};

use self::member::Member;
use self::replica::Replica;
use crate::console::say;
use crate::programs::BuiltPrograms;
use crate::setup::ClusterServers;
use crate::workspace;

const SERVER: &str = "workflow-server";

/// How often is looked whether all are still there.
const INTERVAL: Duration = Duration::from_secs(1);

/// The options of `cargo xtask cluster`.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Processes of the service
    #[arg(long, value_name = "NUMBER", default_value = "2")]
    replicas: NonZeroU8,
    /// Build the service as it is deployed
    #[arg(long)]
    release: bool,
    /// Send requests of all kinds for a while, check that every panel of the dashboard has data, and end
    #[arg(long)]
    check: bool,
    /// How long requests are sent for `--check`
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "check")]
    seconds: u64,
}

/// Everything that runs; it ends in this order.
struct Cluster {
    prometheus: Member,
    haproxy: Member,
    replicas: Vec<Replica>,
    servers: ClusterServers,
}

/// Starts everything, prints where it is, and runs until Ctrl-C or for the time of a check.
///
/// # Errors
/// When something cannot be had, does not start or ends by itself, or a panel has no data.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let profile = if arguments.release { &["--release"][..] } else { &[] };
    let program = BuiltPrograms::build(profile.iter().copied().chain(["--bin", SERVER]))?.path(SERVER)?;
    let directory = workspace::root().join("target/cluster");
    // What an earlier run has measured is of other processes.
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let mut cluster = Cluster::start(&program, &directory, arguments.replicas)?;
    cluster.show(&directory);
    if arguments.check {
        return cluster.check(Duration::from_secs(arguments.seconds), &directory);
    }
    say("Ctrl-C ends all of it");
    loop {
        cluster.look()?;
        sleep(INTERVAL);
    }
}

impl Cluster {
    fn start(program: &Path, directory: &Path, count: NonZeroU8) -> Result<Self> {
        let servers = ClusterServers::start()?;
        let replicas = Replica::start_all(program, directory, count, &servers)?;
        let haproxy = configuration::start_haproxy(&servers, directory, &replicas)?;
        let prometheus = configuration::start_prometheus(&servers, directory, &replicas)?;
        Ok(Self { prometheus, haproxy, replicas, servers })
    }

    fn show(&self, directory: &Path) {
        let haproxy = self.haproxy.port();
        say(&format!("service      http://127.0.0.1:{haproxy} (haproxy before the replicas)"));
        say(&format!("the API      http://127.0.0.1:{haproxy}/docs"));
        for replica in &self.replicas {
            say(&format!("{:<12} {} {}", replica.name(), replica.url(), replica.metrics_url()));
        }
        say(&format!("Prometheus   http://127.0.0.1:{}", self.prometheus.port()));
        say(&format!("PostgreSQL   {}", self.servers.postgres_url()));
        say(&format!("Redis        {}", self.servers.redis_url()));
        say("Grafana      not here, Debian has no package of it; deploy/monitoring/grafana has its dashboard");
        say(&format!("logs         {}", directory.display()));
    }

    /// # Errors
    /// When one has ended.
    fn look(&mut self) -> Result<()> {
        let replicas = self.replicas.iter_mut().map(Replica::member);
        replicas.chain([&mut self.haproxy, &mut self.prometheus]).try_for_each(Member::look)
    }

    fn check(&mut self, time: Duration, directory: &Path) -> Result<()> {
        say(&format!("sending requests for {} s", time.as_secs()));
        let sent = load::send(self.haproxy.port(), time)?;
        say(&format!("{sent}"));
        self.look()?;
        check::exposition(&self.replicas, directory)?;
        check::panels(self.prometheus.port())
    }
}
