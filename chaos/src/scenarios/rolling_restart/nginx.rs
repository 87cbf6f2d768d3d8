//! nginx as `deploy/nginx` configures it, with the script that watches over its replicas.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::{Process, free_port, local, run};
use rustix::process::Signal;

use super::Proxy;
use super::haproxy::with_ports;
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../deploy/nginx/ore.conf");
const REPLICAS: &str = include_str!("../../../../deploy/nginx/ore-replicas.conf");
const WATCHER: &str = include_str!("../../../../deploy/nginx/watch-replicas");

/// What the operating system's own `nginx.conf` has around the files of `conf.d`.
const SURROUNDINGS: &str = "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents { worker_connections 4096; }\n\
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
    uwsgi_temp_path uwsgi; scgi_temp_path scgi; include ore.conf; }\n";

/// Starts it in front of two replicas.
///
/// # Errors
/// When it does not start.
pub(in crate::scenarios) fn start(context: &Context, program: &Path, replicas: [u16; 2]) -> Result<Proxy> {
    let port = free_port()?;
    let directory = context.directory();
    for (name, text) in [("nginx.conf", SURROUNDINGS), ("ore.conf", CONFIGURATION), ("ore-replicas.conf", REPLICAS)] {
        fs::write(directory.join(name), with_ports(text, port, replicas)).context("cannot configure nginx")?;
    }
    fs::write(directory.join("watch-replicas"), WATCHER).context("cannot write the watcher")?;
    let log = File::create(context.log("nginx")?)?;
    run(nginx(program, directory).arg("-t")).context("nginx refuses its configuration")?;
    let mut command = nginx(program, directory);
    // SIGTERM, since its workers outlive a process that is killed.
    let server =
        Process::spawn(context.guard(), command.stdout(log.try_clone()?).stderr(log.try_clone()?), Signal::TERM)?;
    let mut watcher = Command::new("sh");
    watcher.arg(directory.join("watch-replicas")).arg(directory.join("ore-replicas.conf"));
    watcher.arg(program).arg("-p").arg(directory).args(["-c", "nginx.conf", "-s", "reload"]);
    let watcher = Process::spawn(context.guard(), watcher.stdout(log.try_clone()?).stderr(log), Signal::TERM)?;
    // Its reload ends connections that clients keep, without regard to a request that is on its way (before 1.27.4).
    Ok(Proxy { address: local(port), keeps_connections: false, _processes: vec![watcher, server] })
}

fn nginx(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-p").arg(directory).args(["-c", "nginx.conf"]);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_each_port_that_is_replaced() {
        let text = with_ports(&format!("{CONFIGURATION}{REPLICAS}"), 1111, [2222, 3333]);
        for port in [":1111", "127.0.0.1:2222", "127.0.0.1:3333"] {
            assert_eq!(text.matches(port).count(), 1, "{port}");
        }
        assert!(!text.contains(":80"));
    }
}
