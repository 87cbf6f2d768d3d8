//! The scripts of `deploy`, on machines that we do not have.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::thread;

use tempfile::TempDir;

use crate::readme::{read, root};

/// A directory with shell scripts that can be run. Another process writes them: a file that this one has just written
/// may still be open in a child of another test, and then cannot be run.
fn programs<'a>(scripts: impl IntoIterator<Item = (&'a str, &'a str)>) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, script) in scripts {
        let write = "printf '#!/bin/sh\n%s' \"$1\" >\"$0\" && chmod +x \"$0\"";
        let made = Command::new("sh").args(["-c", write, name, script]).current_dir(&directory).status().unwrap();
        assert!(made.success());
    }
    directory
}

/// What a script of `deploy` prints where programs are others.
fn run(script: &str, arguments: &[&str], others: &[(&str, &str)]) -> Output {
    let directory = programs(others.iter().copied());
    let path = format!("{}:/usr/bin:/bin", directory.path().display());
    Command::new(root().join("deploy").join(script)).args(arguments).env("PATH", path).output().unwrap()
}

const CARGO: &str = "echo \"$CARGO_ENCODED_RUSTFLAGS $*\"\n";
const RUSTC: &str = "echo 'host: x86_64-unknown-linux-gnu'\n";

#[test]
fn a_build_has_its_flags_and_a_directory_of_its_own() {
    let build = |arguments: &[&str]| {
        let output = run("build", arguments, &[("cargo", CARGO), ("rustc", RUSTC)]);
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (is_built, told) = build(&["v3", "--features", "pg-tls"]);
    assert!(is_built && told.starts_with("-Ctarget-cpu=x86-64-v3 build --locked --profile dist "), "{told}");
    assert!(
        told.contains(" --target x86_64-unknown-linux-gnu --target-dir target/cpu-v3 --features pg-tls\n"),
        "{told}"
    );
    assert!(told.ends_with("/target/cpu-v3/x86_64-unknown-linux-gnu/dist/workflow-server\n"), "{told}");
    let (is_built, told) = build(&[]);
    assert!(is_built && told.starts_with(" build "), "{told}");
    assert!(!build(&["v5"]).0);
}

/// A deployment at `good` without a fault, one at `away` that is not healthy, and one at `bad` with all other faults,
/// which takes no token of `good`.
const CURL: &str = r#"cat >/dev/null
for url; do :; done
at() { LC_ALL=C date --utc --date "$1" '+Date: %a, %d %b %Y %H:%M:%S GMT'; }
case $url in
    *away*/health) echo 'HTTP/1.1 503'; at now; echo 'Content-Length: 200'; echo 'Strict-Transport-Security: max-age=1' ;;
    *bad*/me) echo 'HTTP/1.1 401 Unauthorized' ;;
    https*/docs | https*/metrics) echo 'HTTP/2 404' ;;
    https*) echo 'HTTP/2 200'; at now; echo 'strict-transport-security: max-age=1' ;;
    *) echo 'HTTP/1.1 200 OK'; at '40 seconds ago'; echo 'Access-Control-Allow-Origin: *' ;;
esac
"#;

fn told(arguments: &[&str]) -> String {
    let output = run("check-deployment", arguments, &[("curl", CURL)]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.success(), text == "no problems found\n", "{text}");
    text
}

#[test]
fn a_deployment_without_a_fault_has_none_and_each_fault_is_told() {
    assert_eq!(told(&["--token-file", "/dev/null", "https://good.example/"]), "no problems found\n");
    let faults = told(&["http://bad.example"]);
    let expected =
        ["differs from ours by -", "in the clear", "every web site may call", "/docs is open", "/metrics is open"];
    for (line, expected) in faults.lines().zip(expected) {
        assert!(line.starts_with("http://bad.example: ") && line.contains(expected), "{faults}");
    }
    assert_eq!(faults.lines().count(), expected.len());
    // A length of 200 is no status of 200.
    assert_eq!(told(&["https://away.example"]), "https://away.example: /health answers 503\n");
}

#[test]
fn keys_are_blamed_only_for_a_token_that_one_takes_and_another_refuses() {
    let both = told(&["--token-file", "/dev/null", "https://good.example", "https://bad.example"]);
    assert!(both.contains("replicas have different keys"), "{both}");
    let one = told(&["--token-file", "/dev/null", "https://bad.example"]);
    assert!(one.contains("nobody takes the token"), "{one}");
}

const LAUNCHER: &str = "deploy/launcher/workflow-server-launch";
const V2: &str = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const V3: &str = "abm avx avx2 bmi1 bmi2 f16c fma movbe xsave";
const V4: &str = "avx512f avx512bw avx512cd avx512dq avx512vl";
const ALL: [&str; 3] = ["workflow-server-v4", "workflow-server-v3", "workflow-server"];

/// What a launcher tells that sees a processor with these flags, and these builds beside it, which print their names
/// and what they are given.
fn launched(flags: &str, builds: &[&str]) -> Result<String, String> {
    let launcher = read(&root().join(LAUNCHER)).replace("/proc/cpuinfo", "\"$directory/cpuinfo\"");
    let processor = format!("processor\t: 0\nflags\t\t: fpu {flags} sse2\nbugs\t\t:\n");
    let builds = builds.iter().map(|build| (*build, "echo \"${0##*/} $*\"\n"));
    let directory = programs(builds.chain([("cpuinfo", &*processor), ("launch", &*launcher)]));
    let output = Command::new(directory.path().join("launch")).args(["serve", "a b"]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn the_launcher_runs_the_best_build_for_the_processor_with_its_arguments() {
    assert_ne!(fs::metadata(root().join(LAUNCHER)).unwrap().permissions().mode() & 0o111, 0);
    let runs = |flags: &[&str], builds| launched(&flags.join(" "), builds).unwrap();
    assert_eq!(runs(&[V4, V3, V2], &ALL), "workflow-server-v4 serve a b\n");
    assert_eq!(runs(&[V2, V3], &ALL), "workflow-server-v3 serve a b\n");
    assert_eq!(runs(&[V2], &ALL), "workflow-server serve a b\n");
    // One that is not there is passed over.
    assert_eq!(runs(&[V2, V3, V4], &ALL[1..]), "workflow-server-v3 serve a b\n");
}

#[test]
fn a_processor_that_lacks_one_flag_of_a_level_does_not_have_the_level() {
    for flag in [V2, V3, V4].join(" ").split(' ') {
        let level = if V4.split(' ').any(|it| it == flag) { "workflow-server-v3" } else { "workflow-server" };
        let flags = [V2, V3, V4].join(" ");
        let without: Vec<&str> = flags.split(' ').filter(|it| *it != flag).collect();
        assert_eq!(launched(&without.join(" "), &ALL).unwrap(), format!("{level} serve a b\n"), "without {flag}");
    }
}

#[test]
fn without_a_build_that_runs_here_the_launcher_says_so() {
    let complaint = launched(V2, &ALL[..2]).unwrap_err();
    assert!(complaint.contains("no build of workflow-server for this processor"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

/// Replicas that hang are those that a restart comes upon, and the one that ends has five seconds to be looked away
/// from.
#[test]
fn many_replicas_that_hang_are_taken_out_at_once() {
    let listen = || TcpListener::bind("127.0.0.1:0").unwrap();
    let (hanging, ready) = ([(); 20].map(|()| listen()), listen());
    let line = |it: &TcpListener, state| format!("server {} max_fails=0{state};\n", it.local_addr().unwrap());
    let list = |state| hanging.iter().map(|it| line(it, state)).collect::<String>() + &line(&ready, "");
    let [before, after] = ["", " down"].map(list);
    thread::spawn(move || {
        for connection in ready.incoming() {
            let mut connection = connection.unwrap();
            let _ = connection.read(&mut [0; 1024]);
            connection.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let replicas = directory.path().join("replicas");
    fs::write(&replicas, before).unwrap();
    // The first list that differs is the last one, since what is to read it ends the script.
    let mut watcher = Command::new("timeout");
    watcher.arg("10").arg(root().join("deploy/nginx/watch-replicas")).arg(&replicas);
    watcher.args(["sh", "-c", "kill \"$PPID\""]).status().unwrap();
    assert_eq!(read(&replicas), after);
}
