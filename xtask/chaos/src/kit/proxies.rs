//! haproxy, nginx and Caddy, as `deploy` configures them.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::{Lab, Process, free_port, local, run, start_haproxy, with_ports};
use rustix::process::Signal;

const NGINX: &str = include_str!("../../../../deploy/nginx/ore.conf");
const NGINX_REPLICAS: &str = include_str!("../../../../deploy/nginx/ore-replicas.conf");
const NGINX_WATCHER: &str = include_str!("../../../../deploy/nginx/watch-replicas");
const NGINX_GATEWAY: &str = include_str!("../../../../deploy/nginx/auth-request.conf");
const CADDY_GATEWAY: &str = include_str!("../../../../deploy/caddy/Caddyfile");

/// What the operating system's own `nginx.conf` has around the files of `conf.d`.
const AROUND_NGINX: &str = "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents { worker_connections 4096; }\n\
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
    uwsgi_temp_path uwsgi; scgi_temp_path scgi; include FILE; }\n";

/// Its port for administration is one that others may have.
const BEFORE_CADDY: &str = "{\n\tadmin off\n}\n";

/// A proxy in front of replicas.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    /// Whether it can be told to look elsewhere without cutting connections that clients keep.
    pub(crate) keeps_connections: bool,
    _processes: Vec<Process>,
}

/// haproxy in front of replicas with these ports.
pub(crate) fn haproxy(lab: &Lab, replicas: &[u16]) -> Result<Proxy> {
    let (address, process) = start_haproxy(lab, replicas)?;
    Ok(Proxy { address, keeps_connections: true, _processes: vec![process] })
}

/// nginx in front of two replicas, with the script that watches over them.
pub(crate) fn nginx(lab: &Lab, replicas: &[u16]) -> Result<Proxy> {
    let port = free_port()?;
    let list = with_ports(NGINX_REPLICAS, &[(":8001", replicas[0]), (":8002", replicas[1])])?;
    let list = lab.file("ore-replicas.conf", &list)?;
    let server = start_nginx(lab, "ore.conf", &with_ports(NGINX, &[(":8080", port)])?)?;
    let mut watcher = Command::new("sh");
    watcher.arg(lab.file("watch-replicas", NGINX_WATCHER)?).arg(list);
    let reload = nginx_command(lab)?;
    watcher.arg(reload.get_program()).args(reload.get_args()).args(["-s", "reload"]);
    let watcher = Process::start(lab, "watcher", watcher, Signal::TERM)?;
    // Its reload ends connections that clients keep, without regard to a request that is on its way (before 1.27.4).
    Ok(Proxy { address: local(port), keeps_connections: false, _processes: vec![watcher, server] })
}

/// A gateway, the service that it asks, and what is behind it.
#[derive(Clone, Copy)]
pub(crate) struct Gateway {
    pub(crate) port: u16,
    pub(crate) service: u16,
    pub(crate) backend: u16,
}

impl Gateway {
    fn configuration(self, text: &str, port: &str) -> Result<String> {
        with_ports(text, &[(port, self.port), (":8001", self.service), (":9000", self.backend)])
    }
}

/// nginx that asks the service who calls.
pub(crate) fn nginx_gateway(lab: &Lab, gateway: Gateway) -> Result<Process> {
    start_nginx(lab, "auth-request.conf", &gateway.configuration(NGINX_GATEWAY, ":8081")?)
}

/// Caddy that asks the service who calls.
pub(crate) fn caddy_gateway(lab: &Lab, gateway: Gateway) -> Result<Process> {
    let mut caddy = Command::new(lab.tools.get("caddy")?);
    lab.file("Caddyfile", &format!("{BEFORE_CADDY}{}", gateway.configuration(CADDY_GATEWAY, ":8082")?))?;
    caddy.args(["run", "--config", "Caddyfile", "--adapter", "caddyfile"]).current_dir(&lab.directory);
    // Where it keeps what it has once run.
    caddy.envs(["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(|name| (name, &lab.directory)));
    Process::start(lab, "caddy", caddy, Signal::TERM)
}

fn start_nginx(lab: &Lab, name: &str, file: &str) -> Result<Process> {
    lab.file(name, file)?;
    lab.file("nginx.conf", &AROUND_NGINX.replace("FILE", name))?;
    run(nginx_command(lab)?.arg("-t")).context("nginx refuses its configuration")?;
    // SIGTERM, since its workers outlive a process that is killed.
    Process::start(lab, "nginx", nginx_command(lab)?, Signal::TERM)
}

fn nginx_command(lab: &Lab) -> Result<Command> {
    let mut command = Command::new(lab.tools.get("nginx")?);
    command.arg("-p").arg(&lab.directory).args(["-c", "nginx.conf"]);
    Ok(command)
}
