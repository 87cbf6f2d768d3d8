//! haproxy as `deploy/haproxy` configures it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::{Process, free_port, local};
use rustix::process::Signal;

use super::Proxy;
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../../deploy/haproxy/haproxy.cfg");

/// Starts it in front of two replicas.
pub(in crate::scenarios) fn start(context: &Context, program: &Path, replicas: [u16; 2]) -> Result<Proxy> {
    start_before(context, program, &replicas)
}

/// Starts it in front of any number of them.
pub(in crate::scenarios) fn start_before(context: &Context, program: &Path, replicas: &[u16]) -> Result<Proxy> {
    let port = free_port()?;
    let file = context.directory().join("haproxy.cfg");
    fs::write(&file, configuration(port, replicas)?).context("cannot write haproxy's configuration")?;
    let log = fs::File::create(context.log("haproxy")?)?;
    let mut command = Command::new(program);
    // In the foreground, with its log.
    command.arg("-db").arg("-f").arg(&file).stdout(log.try_clone()?).stderr(log);
    let process = Process::spawn(context.guard(), &mut command, Signal::KILL)?;
    Ok(Proxy { address: local(port), keeps_connections: true, _processes: vec![process] })
}

/// The file of `deploy` with these ports instead of those of the examples there.
fn configuration(port: u16, replicas: &[u16]) -> Result<String> {
    let servers = CONFIGURATION.find("    server ").context("haproxy.cfg names no server")?;
    let servers_now = (1..).zip(replicas).map(|(number, it)| format!("    server replica-{number} 127.0.0.1:{it}\n"));
    Ok(CONFIGURATION[..servers].replace(":8080", &format!(":{port}")) + &servers_now.collect::<String>())
}

/// The ports in the files under `deploy` are those of the examples there.
pub(super) fn with_ports(configuration: &str, proxy: u16, replicas: [u16; 2]) -> String {
    let [one, two] = replicas;
    let replaced = [(":8080", proxy), (":8001", one), (":8002", two)];
    replaced.iter().fold(configuration.to_owned(), |text, (from, to)| text.replace(from, &format!(":{to}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_each_port_that_is_replaced() {
        let text = configuration(1111, &[2222, 3333]).unwrap();
        for port in [":1111", "127.0.0.1:2222", "127.0.0.1:3333"] {
            assert_eq!(text.matches(port).count(), 1, "{port}");
        }
        assert!(!text.contains(":80"));
    }
}
