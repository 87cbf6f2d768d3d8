//! haproxy and Prometheus with the files of `deploy`, on ports of their own.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::member::Member;
use super::replica::Replica;
use crate::setup::ClusterServers;
use crate::workspace;

const HAPROXY: &str = "deploy/haproxy/haproxy.cfg";
const PROMETHEUS: &str = "deploy/monitoring/prometheus.yml";
const RULES: &str = "deploy/monitoring/rules";

/// Starts haproxy before the replicas, and returns when it answers for them.
///
/// # Errors
/// When it does not.
pub(super) fn start_haproxy(servers: &ClusterServers, directory: &Path, replicas: &[Replica]) -> Result<Member> {
    let port = ClusterServers::free_port()?;
    let ports: Vec<u16> = replicas.iter().map(Replica::port).collect();
    let file = directory.join("haproxy.cfg");
    write(&file, &haproxy(&read(HAPROXY)?, port, &ports)?)?;
    let mut command = Command::new(servers.haproxy());
    // In the foreground, with its log.
    let mut member = Member::start("haproxy", port, directory, command.arg("-db").arg("-f").arg(&file))?;
    member.wait_until_ready("/health")?;
    Ok(member)
}

/// Starts Prometheus with our rules, and returns when it answers.
///
/// # Errors
/// When it does not.
pub(super) fn start_prometheus(servers: &ClusterServers, directory: &Path, replicas: &[Replica]) -> Result<Member> {
    let port = ClusterServers::free_port()?;
    let workplace = directory.join("prometheus");
    let rules = workplace.join("rules");
    fs::create_dir_all(&rules).with_context(|| format!("cannot make {}", rules.display()))?;
    for entry in fs::read_dir(workspace::root().join(RULES)).context("cannot read the rules")? {
        let entry = entry.context("cannot read the rules")?;
        fs::copy(entry.path(), rules.join(entry.file_name())).context("cannot copy the rules")?;
    }
    let configuration = workplace.join("prometheus.yml");
    write(&configuration, &read(PROMETHEUS)?.replace("localhost:9090", &format!("127.0.0.1:{port}")))?;
    let targets: Vec<u16> = replicas.iter().map(Replica::metrics_port).collect();
    write(&workplace.join("targets.yml"), &targets_file(&targets))?;
    let mut command = Command::new(servers.prometheus());
    command.arg(format!("--config.file={}", configuration.display()));
    command.arg(format!("--storage.tsdb.path={}", workplace.join("data").display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let mut member = Member::start("prometheus", port, directory, &mut command)?;
    member.wait_until_ready("/-/ready")?;
    Ok(member)
}

/// The file of `deploy` with these ports instead of those of the examples there.
fn haproxy(deployed: &str, port: u16, replicas: &[u16]) -> Result<String> {
    let servers = deployed.find("    server ").context("haproxy.cfg names no server")?;
    let mut text = deployed[..servers].replace("bind 127.0.0.1:8080", &format!("bind 127.0.0.1:{port}"));
    ensure!(text.contains(&port.to_string()), "haproxy.cfg binds another port than 8080");
    for (number, replica) in replicas.iter().enumerate() {
        writeln!(text, "    server replica-{} 127.0.0.1:{replica}", number + 1)?;
    }
    Ok(text)
}

/// As `deploy/monitoring/targets.yml`.
fn targets_file(ports: &[u16]) -> String {
    let targets: Vec<String> = ports.iter().map(|port| format!("    - 127.0.0.1:{port}\n")).collect();
    format!("- targets:\n{}", targets.concat())
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(workspace::root().join(path)).with_context(|| format!("cannot read {path}"))
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn haproxy_has_our_ports_and_none_of_the_examples() {
        let text = haproxy(&read(HAPROXY).unwrap(), 1111, &[2222, 3333, 4444]).unwrap();
        for part in ["bind 127.0.0.1:1111", "replica-1 127.0.0.1:2222", "replica-3 127.0.0.1:4444"] {
            assert_eq!(text.matches(part).count(), 1, "{part}");
        }
        assert!(!text.contains(":80"));
    }

    #[test]
    fn prometheus_has_the_same_form_of_targets_as_in_deploy() {
        let deployed = read("deploy/monitoring/targets.yml").unwrap();
        let (_, list) = deployed.split_once("\n- ").unwrap();
        assert_eq!(
            format!("- {list}").replace("ore-one:9090", "127.0.0.1:1").replace("ore-two:9090", "127.0.0.1:2"),
            targets_file(&[1, 2])
        );
    }
}
