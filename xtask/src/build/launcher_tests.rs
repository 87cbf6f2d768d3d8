//! `deploy/launcher/workflow-server-launch` on machines that we do not have.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::process;
use crate::workspace;

const V2: &str = "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3";
const V3: &str = "abm avx avx2 bmi1 bmi2 f16c fma movbe xsave";
const V4: &str = "avx512f avx512bw avx512cd avx512dq avx512vl";

/// A directory with a launcher that sees another processor, removed with the value.
struct Installation(PathBuf);

impl Installation {
    /// Builds that print their names and what they are given.
    fn new(name: &str, flags: &str, builds: &[&str]) -> Self {
        let directory = std::env::temp_dir().join(format!("ore-launcher-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let processor = directory.join("cpuinfo");
        fs::write(&processor, format!("processor\t: 0\nflags\t\t: fpu {flags} sse2\nbugs\t\t:\n")).unwrap();
        let launcher = fs::read_to_string(workspace::root().join("deploy/launcher/workflow-server-launch")).unwrap();
        assert!(launcher.contains("/proc/cpuinfo"));
        let launcher = launcher.replace("/proc/cpuinfo", &processor.display().to_string());
        fs::write(directory.join("workflow-server-launch"), launcher).unwrap();
        for build in builds {
            // By another process: a file that this one has just written may still be open in a child of another test,
            // and then cannot be run.
            let script = format!("printf '#!/bin/sh\\necho {build} \"$@\"\\n' > {build} && chmod +x {build}");
            process::captured(Command::new("sh").args(["-c", &script]).current_dir(&directory)).unwrap();
        }
        Self(directory)
    }

    fn launch(&self) -> Output {
        Command::new("sh").arg(self.0.join("workflow-server-launch")).args(["serve", "a b"]).output().unwrap()
    }

    fn runs(&self) -> String {
        let output = self.launch();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const ALL: [&str; 3] = ["workflow-server-v4", "workflow-server-v3", "workflow-server"];

#[test]
fn the_launcher_runs_the_best_build_for_the_processor_with_its_arguments() {
    let flags = format!("{V4} {V3} {V2}");
    assert_eq!(Installation::new("v4", &flags, &ALL).runs(), "workflow-server-v4 serve a b\n");
    let flags = format!("{V2} {V3}");
    assert_eq!(Installation::new("v3", &flags, &ALL).runs(), "workflow-server-v3 serve a b\n");
    assert_eq!(Installation::new("v2", V2, &ALL).runs(), "workflow-server serve a b\n");
}

#[test]
fn a_processor_that_lacks_one_flag_of_a_level_does_not_have_the_level() {
    let flags = format!("{V2} {V3} {V4}");
    for (index, flag) in V4.split(' ').enumerate() {
        let without = flags.replace(flag, "");
        let installation = Installation::new(&format!("v4-{index}"), &without, &ALL);
        assert_eq!(installation.runs(), "workflow-server-v3 serve a b\n", "without {flag}");
    }
    for (index, flag) in [V2, V3].join(" ").split(' ').enumerate() {
        // Whole words: `avx` is part of others.
        let without: Vec<&str> = flags.split(' ').filter(|it| *it != flag).collect();
        let installation = Installation::new(&format!("v3-{index}"), &without.join(" "), &ALL);
        assert_eq!(installation.runs(), "workflow-server serve a b\n", "without {flag}");
    }
}

#[test]
fn a_build_that_is_not_there_is_passed_over() {
    let flags = format!("{V2} {V3} {V4}");
    let installation = Installation::new("absent", &flags, &ALL[1..]);
    assert_eq!(installation.runs(), "workflow-server-v3 serve a b\n");
}

#[test]
fn without_a_build_that_runs_here_the_launcher_says_so() {
    let installation = Installation::new("none", V2, &ALL[..2]);
    let output = installation.launch();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("no build of workflow-server for this processor"), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn the_launcher_itself_can_be_run() {
    let launcher = workspace::root().join("deploy/launcher/workflow-server-launch");
    assert!(process::succeeds(Command::new("test").arg("-x").arg(Path::new(&launcher))));
}
