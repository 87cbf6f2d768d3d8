//! Files of `deploy`, with the ports and directories of a part in them.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use crate::{Lab, Process, free_port, local};

const HAPROXY: &str = include_str!("../../../deploy/haproxy/haproxy.cfg");

/// A text with each of these parts replaced, which must be in it.
pub fn replaced(text: &str, parts: &[(&str, String)]) -> Result<String> {
    parts.iter().try_fold(text.to_owned(), |text, (from, to)| {
        ensure!(text.contains(from), "the file has no {from}");
        Ok(text.replace(from, to))
    })
}

/// A text with each of these ports in place of that of an example, such as `:8080`, which must be in it.
pub fn with_ports(text: &str, ports: &[(&str, u16)]) -> Result<String> {
    replaced(text, &ports.iter().map(|(from, to)| (*from, format!(":{to}"))).collect::<Vec<_>>())
}

/// Starts haproxy in front of replicas with these ports; where it listens.
pub fn start_haproxy(lab: &Lab, replicas: &[u16]) -> Result<(SocketAddr, Process)> {
    let port = free_port()?;
    let name = format!("haproxy-{port}");
    let servers = HAPROXY.find("    server ").context("haproxy.cfg names no server")?;
    let text = with_ports(&HAPROXY[..servers], &[(":8080", port)])?;
    let servers = (1..).zip(replicas).map(|(number, it)| format!("    server replica-{number} 127.0.0.1:{it}\n"));
    let file = lab.file(&format!("{name}.cfg"), &(text + &servers.collect::<String>()))?;
    let mut command = Command::new(lab.tools.get("haproxy")?);
    // In the foreground, with its log.
    command.arg("-db").arg("-f").arg(&file);
    Ok((local(port), Process::start(lab, &name, command, Signal::KILL)?))
}
