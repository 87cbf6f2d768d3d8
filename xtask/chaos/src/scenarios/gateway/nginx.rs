//! nginx as `deploy/nginx/auth-request.conf` configures it.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::{Process, run};
use rustix::process::Signal;

use super::Ports;
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../../deploy/nginx/auth-request.conf");

/// What the operating system's own `nginx.conf` has around the files of `conf.d`.
const SURROUNDINGS: &str = "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents { worker_connections 256; }\n\
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
    uwsgi_temp_path uwsgi; scgi_temp_path scgi; include auth-request.conf; }\n";

/// Starts it.
pub(in crate::scenarios) fn start(context: &Context, program: &Path, ports: &Ports) -> Result<Process> {
    let directory = context.directory();
    let configuration = ports.in_place_of(":8081", CONFIGURATION);
    for (name, text) in [("nginx.conf", SURROUNDINGS), ("auth-request.conf", &configuration)] {
        fs::write(directory.join(name), text).context("cannot configure nginx")?;
    }
    let nginx = || {
        let mut command = Command::new(program);
        command.arg("-p").arg(directory).args(["-c", "nginx.conf"]);
        command
    };
    run(nginx().arg("-t")).context("nginx refuses its configuration")?;
    let log = File::create(context.log("nginx")?)?;
    // SIGTERM, since its workers outlive a process that is killed.
    Process::spawn(context.guard(), nginx().stdout(log.try_clone()?).stderr(log), Signal::TERM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_has_each_port_that_is_replaced() {
        let ports = Ports { gateway: 1111, service: 2222, backend: 3333 };
        let text = ports.in_place_of(":8081", CONFIGURATION);
        for port in [":1111", "127.0.0.1:2222", "127.0.0.1:3333"] {
            assert_eq!(text.matches(port).count(), 1, "{port}");
        }
    }
}
