//! PostgreSQL that fails over: three servers under Patroni and etcd, as `deploy/patroni` configures them.

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Answer, Client, Daemon, Lab, Request, Tools, environment, eventually, free_port, local, psql};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

const CONFIGURATION: &str = include_str!("../../../../deploy/patroni/patroni.yml");
const NODE: &str = include_str!("../../../../deploy/patroni/node.env");
const ETCD: &str = include_str!("../../../../deploy/patroni/etcd.env");

const NODES: u16 = 3;
const PASSWORD: &str = "chaos";

/// How long it may take to make three servers, or to take one in again.
const START: Duration = Duration::from_mins(2);

/// Servers of which one is the leader, most of the time.
pub(crate) struct Patroni {
    nodes: Vec<Node>,
    tools: Tools,
    _etcd: Daemon,
}

struct Node {
    name: String,
    postgres: SocketAddr,
    api: SocketAddr,
    data: PathBuf,
    patroni: Daemon,
}

impl Patroni {
    /// Makes the servers and returns when one is the leader and the others follow.
    pub(crate) async fn start(lab: &Lab) -> Result<Self> {
        let (etcd, daemon) = start_etcd(lab)?;
        let nodes = (1..=NODES).map(|number| Node::start(lab, number, etcd)).collect::<Result<_>>()?;
        let cluster = Self { nodes, tools: lab.tools.clone(), _etcd: daemon };
        cluster.wait_until_in_step().await?;
        Ok(cluster)
    }

    /// The URL of a database: of whichever server takes writes.
    pub(crate) fn url(&self, database: &str) -> String {
        let servers: Vec<_> = self.nodes.iter().map(|node| node.postgres.to_string()).collect();
        format!("postgresql://postgres:{PASSWORD}@{}/{database}", servers.join(","))
    }

    /// Runs a query at the leader and returns its rows, a line each.
    pub(crate) fn query(&self, database: &str, query: &str) -> Result<String> {
        psql(&self.tools, &format!("{}?target_session_attrs=read-write", self.url(database)), query)
    }

    /// Which node is the leader, by its own account.
    pub(crate) async fn leader(&self) -> Option<usize> {
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.patroni.is_running()) {
            if node.ask("/primary").await.is_some_and(|answer| answer.status == 200) {
                return Some(index);
            }
        }
        None
    }

    /// Returns how long it took until another one than this was the leader.
    pub(crate) async fn wait_for_leader_after(&self, former: usize) -> Result<Duration> {
        eventually(START, "another server is the leader", async || {
            self.leader().await.is_some_and(|leader| leader != former)
        })
        .await
    }

    /// Asks the leader to hand over to a standby; answers when it has.
    pub(crate) fn switch_over(&self, leader: usize) -> impl Future<Output = Result<()>> + use<> {
        let request = Request::post("/switchover", json!({"leader": self.nodes[leader].name}));
        let api = self.nodes[leader].api;
        async move {
            let answer = Client::without_keeping(api).send(&request).await.context("Patroni hands nothing over")?;
            ensure!(answer.status == 200, "Patroni refuses to hand over: {}", answer.status);
            Ok(())
        }
    }

    /// Ends a node as a power cut does: Patroni, and the server that it has started.
    pub(crate) fn kill(&mut self, node: usize) -> Result<()> {
        self.nodes[node].end(Signal::KILL)
    }

    /// Starts a node.
    pub(crate) fn revive(&mut self, node: usize) -> Result<()> {
        self.nodes[node].patroni.resume()
    }

    /// Until each node runs, and a commit waits for one of those that follow.
    pub(crate) async fn wait_until_in_step(&self) -> Result<()> {
        eventually(START, "three servers run, one of them in step with the leader", async || {
            let Some(leader) = self.leader().await else { return false };
            self.nodes[leader].ask("/cluster").await.is_some_and(|answer| is_in_step(&answer.body))
        })
        .await
        .map(drop)
    }
}

impl Node {
    fn start(lab: &Lab, number: u16, etcd: SocketAddr) -> Result<Self> {
        let name = format!("node-{number}");
        let (directory, postgres, api) = (lab.owned_directory(&name)?, local(free_port()?), local(free_port()?));
        let data = directory.join("data");
        let values = [
            ("PATRONI_NAME", name.clone()),
            ("PATRONI_ETCD3_HOSTS", etcd.to_string()),
            ("PATRONI_RESTAPI_LISTEN", api.to_string()),
            ("PATRONI_RESTAPI_CONNECT_ADDRESS", api.to_string()),
            ("PATRONI_POSTGRESQL_LISTEN", postgres.to_string()),
            ("PATRONI_POSTGRESQL_CONNECT_ADDRESS", postgres.to_string()),
            ("PATRONI_POSTGRESQL_DATA_DIR", data.display().to_string()),
            ("PATRONI_POSTGRESQL_BIN_DIR", lab.tools.get("postgres")?.display().to_string()),
            ("PATRONI_POSTGRESQL_PGPASS", directory.join("pgpass").display().to_string()),
            ("PATRONI_SUPERUSER_PASSWORD", PASSWORD.to_owned()),
            ("PATRONI_REPLICATION_PASSWORD", PASSWORD.to_owned()),
        ];
        let mut command = lab.tools.as_account(lab.tools.get("patroni")?);
        command.arg(lab.file("patroni.yml", CONFIGURATION)?).envs(environment(NODE, &values)?);
        // With SIGTERM it ends its server too.
        let patroni = Daemon::start(lab, &name, command, Signal::TERM)?;
        Ok(Self { name, postgres, api, data, patroni })
    }

    async fn ask(&self, path: &str) -> Option<Answer> {
        Client::without_keeping(self.api).send(&Request::get(path)).await.ok()
    }

    /// The server's process, by the file that it keeps while it runs.
    fn postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.data.join("postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }

    /// Ends Patroni first, which would start the server again.
    fn end(&mut self, signal: Signal) -> Result<()> {
        self.patroni.kill()?;
        if let Some(postmaster) = self.postmaster() {
            kill_process(postmaster, signal).context("cannot end a server")?;
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.patroni.is_running() {
            // There is nobody to tell.
            let _ = self.end(Signal::QUIT);
        }
    }
}

/// One, since it is not what is to fail here.
fn start_etcd(lab: &Lab) -> Result<(SocketAddr, Daemon)> {
    let [clients, peers] = [local(free_port()?), local(free_port()?)];
    let url = |address: SocketAddr| format!("http://{address}");
    let values = [
        ("ETCD_NAME", "node-1".to_owned()),
        ("ETCD_DATA_DIR", lab.owned_directory("etcd")?.display().to_string()),
        ("ETCD_LISTEN_PEER_URLS", url(peers)),
        ("ETCD_INITIAL_ADVERTISE_PEER_URLS", url(peers)),
        ("ETCD_LISTEN_CLIENT_URLS", url(clients)),
        ("ETCD_ADVERTISE_CLIENT_URLS", url(clients)),
        ("ETCD_INITIAL_CLUSTER", format!("node-1={}", url(peers))),
        ("ETCD_INITIAL_CLUSTER_TOKEN", "ore".to_owned()),
    ];
    let mut command = lab.tools.as_account(lab.tools.get("etcd")?);
    command.envs(environment(ETCD, &values)?);
    Ok((clients, Daemon::start(lab, "etcd", command, Signal::KILL)?))
}

/// By what Patroni says of the members.
fn is_in_step(cluster: &Value) -> bool {
    let members = cluster["members"].as_array().map(Vec::as_slice).unwrap_or_default();
    let runs = |member: &&Value| member["state"].as_str().is_some_and(|it| ["running", "streaming"].contains(&it));
    let running = members.iter().filter(runs).count();
    running == usize::from(NODES) && members.iter().any(|member| member["role"] == "sync_standby")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_in_step_when_all_run_and_one_is_waited_for() {
        let cluster = |third: &str, role: &str| {
            let member = |role: &str, state: &str| json!({"role": role, "state": state});
            json!({"members": [member("leader", "running"), member(role, "streaming"), member("replica", third)]})
        };
        assert!(is_in_step(&cluster("running", "sync_standby")));
        assert!(!is_in_step(&cluster("starting", "sync_standby")));
        assert!(!is_in_step(&cluster("running", "replica")));
        assert!(!is_in_step(&json!({})));
    }
}
