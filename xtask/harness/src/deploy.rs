//! Files of `deploy`, with the ports and directories of a part in them.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use crate::{Daemon, Lab, free_port, local};

const HAPROXY: &str = include_str!("../../../deploy/haproxy/haproxy.cfg");

/// The variables of a file, each with the value that it is given: what the file lacks, or has besides, is a mistake.
pub fn environment<'a>(file: &'a str, values: &'a [(&'a str, String)]) -> Result<Vec<(&'a str, &'a str)>> {
    let names = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
    let value_of = |name: &str| values.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str());
    let variables: Vec<_> = names
        .map(|(name, _)| Ok((name, value_of(name).with_context(|| format!("nobody gives {name} a value"))?)))
        .collect::<Result<_>>()?;
    ensure!(variables.len() == values.len(), "the file lacks one of the variables that are given values");
    Ok(variables)
}

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
pub fn start_haproxy(lab: &Lab, replicas: &[u16]) -> Result<(SocketAddr, Daemon)> {
    let port = free_port()?;
    let name = format!("haproxy-{port}");
    let file = lab.file(&format!("{name}.cfg"), &haproxy(port, replicas)?)?;
    let mut command = Command::new(lab.tools.get("haproxy")?);
    // In the foreground, with its log.
    command.arg("-db").arg("-f").arg(&file);
    Ok((local(port), Daemon::start(lab, &name, command, Signal::KILL)?))
}

fn haproxy(port: u16, replicas: &[u16]) -> Result<String> {
    let servers = HAPROXY.find("    server ").context("haproxy.cfg names no server")?;
    let servers_now = (1..).zip(replicas).map(|(number, it)| format!("    server replica-{number} 127.0.0.1:{it}\n"));
    Ok(with_ports(&HAPROXY[..servers], &[(":8080", port)])? + &servers_now.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_variable_of_a_file_is_given_its_value() {
        let file = "# of a node\nNAME=one\nPORT=1\n";
        let given = |names: &[&'static str]| names.iter().map(|name| (*name, format!("my {name}"))).collect::<Vec<_>>();
        assert_eq!(environment(file, &given(&["PORT", "NAME"])).unwrap(), [("NAME", "my NAME"), ("PORT", "my PORT")]);
        assert!(environment(file, &given(&["NAME"])).is_err());
        assert!(environment(file, &given(&["NAME", "PORT", "HOST"])).is_err());
    }
}
