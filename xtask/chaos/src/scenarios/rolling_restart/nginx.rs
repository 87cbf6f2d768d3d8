//! nginx as `deploy/nginx` configures it, with the script that watches over its replicas.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};
use ore_harness::{Process, free_port, local, run};
use rustix::process::Signal;

use super::Proxy;
use crate::context::Context;

const CONFIGURATION: &str = include_str!("../../../../../deploy/nginx/ore.conf");
const REPLICAS: &str = include_str!("../../../../../deploy/nginx/ore-replicas.conf");
const WATCHER: &str = include_str!("../../../../../deploy/nginx/watch-replicas");

/// What the operating system's own `nginx.conf` has around the files of `conf.d`.
const SURROUNDINGS: &str = "daemon off;\npid nginx.pid;\nerror_log stderr;\nevents { worker_connections 4096; }\n\
    http { access_log off; client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;\n\
    uwsgi_temp_path uwsgi; scgi_temp_path scgi; include ore.conf; }\n";

/// Starts it in front of two replicas.
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

/// The ports in the files under `deploy` are those of the examples there.
fn with_ports(configuration: &str, proxy: u16, replicas: [u16; 2]) -> String {
    let [one, two] = replicas;
    let replaced = [(":8080", proxy), (":8001", one), (":8002", two)];
    replaced.iter().fold(configuration.to_owned(), |text, (from, to)| text.replace(from, &format!(":{to}")))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

    use ore_harness::{Guard, until};

    use super::*;

    /// Replicas that hang are those that a restart comes upon, and the one that ends has five seconds to be looked away
    /// from.
    #[tokio::test]
    async fn many_replicas_that_hang_are_taken_out_at_once() {
        let hanging: Vec<TcpListener> = (0..20).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let ready = TcpListener::bind("127.0.0.1:0").unwrap();
        let line = |it: &TcpListener, state| format!("server {} max_fails=0{state};\n", it.local_addr().unwrap());
        let list = |state| hanging.iter().map(|it| line(it, state)).collect::<String>() + &line(&ready, "");
        let (before, after) = (list(""), list(" down"));
        let directory = tempfile::tempdir().unwrap();
        let [script, replicas] = ["watch-replicas", "replicas"].map(|name| directory.path().join(name));
        fs::write(&script, WATCHER).unwrap();
        fs::write(&replicas, before).unwrap();
        let guard = Guard::start("ore-chaos-test").unwrap();
        let mut watcher = Command::new("sh");
        let _watcher = Process::spawn(&guard, watcher.arg(script).arg(&replicas).arg("true"), Signal::TERM).unwrap();
        std::thread::spawn(move || {
            for connection in ready.incoming() {
                let mut connection = connection.unwrap();
                let _ = connection.read(&mut [0; 1024]);
                connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            }
        });
        let is_done = || fs::read_to_string(&replicas).unwrap() == after;
        until(Duration::from_secs(10), "those that hang are down", is_done).await.unwrap();
    }

    #[test]
    fn the_configuration_has_each_port_that_is_replaced() {
        let text = with_ports(&format!("{CONFIGURATION}{REPLICAS}"), 1111, [2222, 3333]);
        for port in [":1111", "127.0.0.1:2222", "127.0.0.1:3333"] {
            assert_eq!(text.matches(port).count(), 1, "{port}");
        }
        assert!(!text.contains(":80"));
    }
}
