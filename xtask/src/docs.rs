//! `cargo xtask docs`: files that are the output of programs of ours.

use anyhow::{Result, ensure};
use ore_harness::say;

use crate::programs::{self, BuiltPrograms};
use crate::{files, process, workspace};

/// A file from the root of the workspace, the program that prints it, and its arguments.
type GeneratedFile = (&'static str, &'static str, &'static [&'static str]);

/// It knows its settings and its API.
const SERVER: &str = "workflow-server";
/// `crates/cli/examples/reference`, which prints the reference pages.
const REFERENCE: &str = "reference";

const FILES: [GeneratedFile; 9] = [
    (".env.example", SERVER, &["config", "--env-example"]),
    ("docs/openapi.json", SERVER, &["openapi"]),
    ("docs/settings.md", REFERENCE, &["settings", "en"]),
    ("docs/zh-CN/settings.md", REFERENCE, &["settings", "zh-CN"]),
    ("docs/errors.md", REFERENCE, &["errors", "en"]),
    ("docs/zh-CN/errors.md", REFERENCE, &["errors", "zh-CN"]),
    ("docs/metrics.md", REFERENCE, &["metrics", "en"]),
    ("docs/zh-CN/metrics.md", REFERENCE, &["metrics", "zh-CN"]),
    ("docs/command-line.md", REFERENCE, &["command-line", "en"]),
];

/// Writes the files that are not as the code says, or names them if they are only to be checked.
pub(crate) fn run(is_check: bool) -> Result<()> {
    let built = BuiltPrograms::build(&format!("--bin {SERVER} --example {REFERENCE}"))?;
    // What a program prints must not depend on where it is run.
    let directory = workspace::root().join("target/docs");
    files::remove(&directory)?;
    files::make_directory(&directory)?;
    let mut stale = Vec::new();
    for (file, program, output) in FILES {
        let generated = process::output(programs::bare_command(&built.path(program)?, &directory).args(output))?;
        if files::read(file).is_ok_and(|committed| committed == generated) {
            continue;
        }
        stale.push(file);
        if !is_check {
            files::write(file, &generated)?;
            say(&format!("wrote {file}"));
        }
    }
    let count = FILES.len() - stale.len();
    ensure!(!is_check || stale.is_empty(), "not as the code says: {}; run `cargo xtask docs`", stale.join(", "));
    say(&format!("{count} files were as the code says"));
    Ok(())
}
