//! PostgreSQL that fails over: three servers under Patroni and etcd, as `deploy/patroni` configures them.

use std::fs::{self, File, OpenOptions};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ore_harness::{Account, Client, Guard, PostgresPlan, Process, Request, eventually, free_port, local, run};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::deploy::{as_account, environment, owned_directory};
use crate::context::Context;

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
    program: PathBuf,
    postgres: PostgresPlan,
    configuration: PathBuf,
    etcd: SocketAddr,
    guard: Guard,
    _etcd: Process,
}

struct Node {
    name: String,
    postgres: SocketAddr,
    api: SocketAddr,
    /// Of the server's data and its passwords.
    directory: PathBuf,
    log: PathBuf,
    process: Option<Process>,
}

impl Patroni {
    /// Makes the servers and returns when one is the leader and the others follow.
    pub(crate) async fn start(context: &Context) -> Result<Self> {
        let (tools, postgres) = (context.tools(), context.tools().postgres_plan("")?);
        let (program, etcd_program) = (tools.get("patroni")?.to_owned(), tools.get("etcd")?);
        let (etcd, process) = start_etcd(context, etcd_program, postgres.account)?;
        let configuration = context.directory().join("patroni.yml");
        fs::write(&configuration, CONFIGURATION).context("cannot configure Patroni")?;
        let nodes = (1..=NODES).map(|number| Node::new(context, number, postgres.account)).collect::<Result<_>>()?;
        let guard = context.guard().clone();
        let mut cluster = Self { nodes, program, postgres, configuration, etcd, guard, _etcd: process };
        for node in 0..cluster.nodes.len() {
            cluster.revive(node)?;
        }
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
        let url = format!("{}?target_session_attrs=read-write", self.url(database));
        let mut psql = Command::new(self.postgres.programs.join("psql"));
        run(psql.env("PGCONNECT_TIMEOUT", "5").args(["-XqAt", "-c", query, &url]))
    }

    /// Which node is the leader, by its own account.
    pub(crate) async fn leader(&self) -> Option<usize> {
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.process.is_some()) {
            if node.ask(&Request::get("/primary")).await.is_some_and(|(status, _)| status == 200) {
                return Some(index);
            }
        }
        None
    }

    /// Returns another leader than this one, and how long it took until there was one.
    pub(crate) async fn wait_for_leader_after(&self, former: usize) -> Result<(usize, Duration)> {
        let mut found = None;
        let took = eventually(START, "another server is the leader", async || {
            found = self.leader().await.filter(|leader| *leader != former);
            found.is_some()
        })
        .await?;
        Ok((found.context("there is no leader")?, took))
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
        let mut command = self.command(node)?;
        let log = OpenOptions::new().create(true).append(true).open(&self.nodes[node].log)?;
        command.stdout(log.try_clone()?).stderr(log);
        // With SIGTERM it ends its server too.
        self.nodes[node].process = Some(Process::spawn(&self.guard, &mut command, Signal::TERM)?);
        Ok(())
    }

    /// Until each node runs, and a commit waits for one of those that follow.
    pub(crate) async fn wait_until_in_step(&self) -> Result<Duration> {
        eventually(START, "three servers run, one of them in step with the leader", async || {
            let Some(leader) = self.leader().await else { return false };
            let Some((_, body)) = self.nodes[leader].ask(&Request::get("/cluster")).await else { return false };
            is_in_step(&body)
        })
        .await
    }

    fn command(&self, node: usize) -> Result<Command> {
        let node = &self.nodes[node];
        let path = |path: &Path| path.display().to_string();
        let values = [
            ("PATRONI_NAME", node.name.clone()),
            ("PATRONI_ETCD3_HOSTS", self.etcd.to_string()),
            ("PATRONI_RESTAPI_LISTEN", node.api.to_string()),
            ("PATRONI_RESTAPI_CONNECT_ADDRESS", node.api.to_string()),
            ("PATRONI_POSTGRESQL_LISTEN", node.postgres.to_string()),
            ("PATRONI_POSTGRESQL_CONNECT_ADDRESS", node.postgres.to_string()),
            ("PATRONI_POSTGRESQL_DATA_DIR", path(&node.data())),
            ("PATRONI_POSTGRESQL_BIN_DIR", path(&self.postgres.programs)),
            ("PATRONI_POSTGRESQL_PGPASS", path(&node.directory.join("pgpass"))),
            ("PATRONI_SUPERUSER_PASSWORD", PASSWORD.to_owned()),
            ("PATRONI_REPLICATION_PASSWORD", PASSWORD.to_owned()),
        ];
        let mut command = as_account(&self.program, self.postgres.account);
        command.arg(&self.configuration).envs(environment(NODE, &values)?);
        Ok(command)
    }
}

impl Node {
    fn new(context: &Context, number: u16, account: Option<Account>) -> Result<Self> {
        let name = format!("node-{number}");
        let directory = owned_directory(context, &name, account)?;
        let log = context.log(&name)?;
        Ok(Self { postgres: local(free_port()?), api: local(free_port()?), name, directory, log, process: None })
    }

    fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    async fn ask(&self, request: &Request) -> Option<(u16, Value)> {
        let answer = Client::without_keeping(self.api).send(request).await.ok()?;
        Some((answer.status, answer.body))
    }

    /// The server's process, by the file that it keeps while it runs.
    fn postmaster(&self) -> Option<Pid> {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        Pid::from_raw(file.lines().next()?.parse().ok()?)
    }

    /// Ends Patroni first, which would start the server again.
    fn end(&mut self, signal: Signal) -> Result<()> {
        self.process.take().context("Patroni does not run")?.kill()?;
        if let Some(postmaster) = self.postmaster() {
            kill_process(postmaster, signal).context("cannot end a server")?;
        }
        Ok(())
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if self.process.is_some() {
            // There is nobody to tell.
            let _ = self.end(Signal::QUIT);
        }
    }
}

/// One, since it is not what is to fail here.
fn start_etcd(context: &Context, program: &Path, account: Option<Account>) -> Result<(SocketAddr, Process)> {
    let [clients, peers] = [local(free_port()?), local(free_port()?)];
    let url = |address: SocketAddr| format!("http://{address}");
    let values = [
        ("ETCD_NAME", "node-1".to_owned()),
        ("ETCD_DATA_DIR", owned_directory(context, "etcd", account)?.display().to_string()),
        ("ETCD_LISTEN_PEER_URLS", url(peers)),
        ("ETCD_INITIAL_ADVERTISE_PEER_URLS", url(peers)),
        ("ETCD_LISTEN_CLIENT_URLS", url(clients)),
        ("ETCD_ADVERTISE_CLIENT_URLS", url(clients)),
        ("ETCD_INITIAL_CLUSTER", format!("node-1={}", url(peers))),
        ("ETCD_INITIAL_CLUSTER_TOKEN", "ore".to_owned()),
    ];
    let log = File::create(context.log("etcd")?)?;
    let mut command = as_account(program, account);
    command.envs(environment(ETCD, &values)?).stdout(log.try_clone()?).stderr(log);
    Ok((clients, Process::spawn(context.guard(), &mut command, Signal::KILL)?))
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
