//! `deploy/launcher/workflow-server-launch` on machines that we do not have.

use std::process::Command;

use crate::{files, process};

const LAUNCHER: &str = "deploy/launcher/workflow-server-launch";
const V2: &str = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const V3: &str = "abm avx avx2 bmi1 bmi2 f16c fma movbe xsave";
const V4: &str = "avx512f avx512bw avx512cd avx512dq avx512vl";
const ALL: [&str; 3] = ["workflow-server-v4", "workflow-server-v3", "workflow-server"];

/// What a launcher tells that sees a processor with these flags, and these builds beside it, which print their names and what
/// they are given.
fn launched(flags: &str, builds: &[&str]) -> Result<String, String> {
    let directory = tempfile::tempdir().unwrap();
    let processor = directory.path().join("cpuinfo");
    files::write(&processor, format!("processor\t: 0\nflags\t\t: fpu {flags} sse2\nbugs\t\t:\n")).unwrap();
    let launcher = files::read(LAUNCHER).unwrap();
    assert!(launcher.contains("/proc/cpuinfo"));
    let launcher = launcher.replace("/proc/cpuinfo", &processor.display().to_string());
    files::write(directory.path().join("launch"), launcher).unwrap();
    for build in builds {
        super::make_program(directory.path(), build, &format!("echo {build} \"$@\"\n"));
    }
    let output = Command::new("sh").arg(directory.path().join("launch")).args(["serve", "a b"]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn the_launcher_runs_the_best_build_for_the_processor_with_its_arguments() {
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

#[test]
fn the_launcher_itself_can_be_run() {
    assert!(process::succeeds(process::command("test").args(["-x", LAUNCHER])));
}
