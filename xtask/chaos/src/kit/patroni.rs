//! PostgreSQL that fails over: three servers under Patroni and etcd, as `deploy/patroni` configures them.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Client, Lab, Process, Request, eventually, free_port, local, replaced};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

const CONFIGURATION: &str = include_str!("../../../../deploy/patroni/patroni.yml");
const NODE: &str = include_str!("../../../../deploy/patroni/node.env");
const ETCD: &str = include_str!("../../../../deploy/patroni/etcd.env");

const NODES: u16 = 3;
const PASSWORD: &str = "chaos";

/// How long it may take to make three servers, or to take one in again.
const START: Duration = Duration::from_mins(2);

/// Servers of which one is the leader, most of the time.
pub(crate) struct Patroni {
    pub(crate) nodes: Vec<Node>,
    _etcd: Process,
}

/// A server and what watches over it.
pub(crate) struct Node {
    name: String,
    postgres: SocketAddr,
    api: SocketAddr,
    data: PathBuf,
    pub(crate) patroni: Process,
}

impl Patroni {
    /// Makes the servers and returns when one is the leader and the others follow.
    pub(crate) async fn start(lab: &Lab) -> Result<Self> {
        let (etcd, daemon) = start_etcd(lab)?;
        let nodes = (1..=NODES).map(|number| Node::start(lab, number, etcd)).collect::<Result<_>>()?;
        let cluster = Self { nodes, _etcd: daemon };
        cluster.wait_until_in_step().await?;
        Ok(cluster)
    }

    /// The URL of the database, which names every server.
    pub(crate) fn url(&self) -> String {
        let servers: Vec<_> = self.nodes.iter().map(|node| node.postgres.to_string()).collect();
        format!("postgresql://postgres:{PASSWORD}@{}/postgres", servers.join(","))
    }

    /// Which node is the leader, by its own account.
    pub(crate) async fn leader(&self) -> Option<usize> {
        self.that_answer("/primary").await.first().copied()
    }

    /// The nodes that run and say yes, with status 200.
    async fn that_answer(&self, path: &'static str) -> Vec<usize> {
        let mut found = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            let answer = Client::without_keeping(node.api).send(&Request::get(path)).await;
            found.extend(answer.is_ok_and(|answer| answer.status == 200).then_some(index));
        }
        found
    }

    /// Returns how long it took until another one than this was the leader.
    pub(crate) async fn wait_for_leader_after(&self, former: usize) -> Result<Duration> {
        eventually(START, "another server is the leader", async || {
            self.leader().await.is_some_and(|leader| leader != former)
        })
        .await
    }

    /// Asks the leader to hand over to a standby; answers when it has.
    pub(crate) async fn switch_over(&self, leader: usize) -> Result<()> {
        let Node { name, api, .. } = &self.nodes[leader];
        let request = Request::post("/switchover", json!({"leader": name}));
        let answer = Client::without_keeping(*api).send(&request).await.context("Patroni hands nothing over")?;
        ensure!(answer.status == 200, "Patroni refuses to hand over: {}", answer.status);
        Ok(())
    }

    /// Until each node runs, and a commit waits for one of those that follow.
    pub(crate) async fn wait_until_in_step(&self) -> Result<()> {
        eventually(START, "three servers run, one of them in step with the leader", async || {
            self.that_answer("/health").await.len() == self.nodes.len()
                && self.leader().await.is_some()
                && !self.that_answer("/sync").await.is_empty()
        })
        .await
        .map(drop)
    }
}

impl Node {
    fn start(lab: &Lab, number: u16, etcd: SocketAddr) -> Result<Self> {
        let name = format!("node-{number}");
        let (directory, postgres, api) = (lab.owned_directory(&name)?, local(free_port()?), local(free_port()?));
        let (data, passwords) = (directory.join("data"), directory.join("pgpass"));
        let node = replaced(
            NODE,
            &[
                ("node-1", name.clone()),
                ("10.0.0.1:2379,10.0.0.2:2379,10.0.0.3:2379", etcd.to_string()),
                ("10.0.0.1:8008", api.to_string()),
                ("10.0.0.1:5432", postgres.to_string()),
                ("/var/lib/postgresql/ore.pgpass", passwords.display().to_string()),
                ("/var/lib/postgresql/ore", data.display().to_string()),
                ("/usr/lib/postgresql/15/bin", lab.tools.get("postgres")?.display().to_string()),
                ("change-me", PASSWORD.to_owned()),
            ],
        )?;
        let mut command = lab.tools.as_account(lab.tools.get("patroni")?);
        command.arg(lab.file("patroni.yml", CONFIGURATION)?).envs(variables(&node));
        // With SIGTERM it ends its server too.
        let patroni = Process::start(lab, &name, command, Signal::TERM)?;
        Ok(Self { name, postgres, api, data, patroni })
    }

    /// Ends Patroni, which would start the server again, and then the server with this signal.
    pub(crate) fn end(&mut self, signal: Signal) -> Result<()> {
        self.patroni.kill()?;
        // The server keeps this file while it runs.
        let file = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        let Some(server) = file.lines().next().and_then(|line| Pid::from_raw(line.parse().ok()?)) else {
            return Ok(());
        };
        kill_process(server, signal).context("cannot end a server")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // It fails if the node was ended before.
        let _ = self.end(Signal::QUIT);
    }
}

/// One, since it is not what is to fail here.
fn start_etcd(lab: &Lab) -> Result<(SocketAddr, Process)> {
    let [clients, peers] = [free_port()?, free_port()?];
    let etcd = replaced(
        ETCD,
        &[
            (",node-2=http://10.0.0.2:2380,node-3=http://10.0.0.3:2380", String::new()),
            ("10.0.0.1:2380", local(peers).to_string()),
            ("10.0.0.1:2379", local(clients).to_string()),
            ("/var/lib/etcd/ore", lab.owned_directory("etcd")?.display().to_string()),
        ],
    )?;
    let mut command = lab.tools.as_account(lab.tools.get("etcd")?);
    command.envs(variables(&etcd));
    Ok((local(clients), Process::start(lab, "etcd", command, Signal::KILL)?))
}

/// Those of a file for systemd.
fn variables(file: &str) -> impl Iterator<Item = (&str, &str)> {
    file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='))
}
