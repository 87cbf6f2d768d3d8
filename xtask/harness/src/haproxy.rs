//! haproxy as `deploy/haproxy` configures it.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use rustix::process::Signal;

use crate::{Guard, Process, free_port, local};

const CONFIGURATION: &str = include_str!("../../../deploy/haproxy/haproxy.cfg");

/// Starts it in front of replicas with these ports; where it listens. Its configuration is put into the directory.
pub fn start_haproxy(
    guard: &Guard,
    program: &Path,
    directory: &Path,
    log: File,
    replicas: &[u16],
) -> Result<(SocketAddr, Process)> {
    let port = free_port()?;
    let file = directory.join("haproxy.cfg");
    fs::write(&file, configuration(port, replicas)?).context("cannot write haproxy's configuration")?;
    let mut command = Command::new(program);
    // In the foreground, with its log.
    command.arg("-db").arg("-f").arg(&file).stdout(log.try_clone()?).stderr(log);
    Ok((local(port), Process::spawn(guard, &mut command, Signal::KILL)?))
}

/// The file of `deploy` with these ports instead of those of the examples there.
fn configuration(port: u16, replicas: &[u16]) -> Result<String> {
    let servers = CONFIGURATION.find("    server ").context("haproxy.cfg names no server")?;
    let servers_now = (1..).zip(replicas).map(|(number, it)| format!("    server replica-{number} 127.0.0.1:{it}\n"));
    Ok(CONFIGURATION[..servers].replace(":8080", &format!(":{port}")) + &servers_now.collect::<String>())
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
