//! Caddy as `deploy/caddy/Caddyfile` configures it.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::Process;
use rustix::process::Signal;

use super::Ports;
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../../deploy/caddy/Caddyfile");

/// Its port for administration is one that others may have.
const SURROUNDINGS: &str = "{\n\tadmin off\n}\n";

/// Starts it.
pub(in crate::scenarios) fn start(context: &Context, program: &Path, ports: &Ports) -> Result<Process> {
    let directory = context.directory();
    let configuration = format!("{SURROUNDINGS}{}", ports.in_place_of(":8082", CONFIGURATION));
    fs::write(directory.join("Caddyfile"), configuration).context("cannot configure Caddy")?;
    let log = File::create(context.log("caddy")?)?;
    let mut caddy = Command::new(program);
    caddy.args(["run", "--config", "Caddyfile", "--adapter", "caddyfile"]).current_dir(directory);
    // Where it keeps what it has once run.
    caddy.env("HOME", directory).env("XDG_DATA_HOME", directory).env("XDG_CONFIG_HOME", directory);
    Process::spawn(context.guard(), caddy.stdout(log.try_clone()?).stderr(log), Signal::TERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_each_port_that_is_replaced() {
        let ports = Ports { gateway: 1111, service: 2222, backend: 3333 };
        let text = ports.in_place_of(":8082", CONFIGURATION);
        for port in ["http://:1111 {", "127.0.0.1:2222", "127.0.0.1:3333"] {
            assert_eq!(text.matches(port).count(), 1, "{port}");
        }
    }
}
