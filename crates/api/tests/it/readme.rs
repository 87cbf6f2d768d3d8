//! The README's console blocks, run as they stand.

use std::fs;

use regex::Regex;

use crate::support::Server;

/// What no two runs have in common.
const CHANGING: [(&str, &str); 3] = [
    (r"eyJ[A-Za-z0-9_.…-]+", "<token>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "<moment>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
];
const MARK: &str = "---- end of one command ----";

struct Step {
    command: String,
    answer: String,
}

fn steps(readme: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let mut continues = false;
        for line in block.lines() {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { command: command.to_owned(), answer: String::new() });
            } else if let Some(step) = steps.last_mut() {
                let text = if continues { &mut step.command } else { &mut step.answer };
                text.push('\n');
                text.push_str(line);
            }
            continues = line.ends_with('\\');
        }
    }
    steps
}

fn masked(text: &str) -> String {
    CHANGING.iter().fold(text.trim().to_owned(), |text, (pattern, name)| {
        Regex::new(pattern).unwrap().replace_all(&text, *name).into_owned()
    })
}

#[test]
fn the_sessions_of_the_readme_go_as_it_says() {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let steps = steps(&readme);
    assert!(steps.len() >= 8, "the README has lost its sessions");
    let server = Server::start();
    let end = format!("\necho; echo '{MARK}'\n");
    let commands: Vec<_> = steps.iter().flat_map(|step| [step.command.as_str(), end.as_str()]).collect();
    let script = commands
        .concat()
        .replace("localhost:8000", &format!("127.0.0.1:{}", server.port))
        .replace("target/release/workflow-server", env!("CARGO_BIN_EXE_workflow-server"));
    let output = server.workplace.run_shell(&script).succeeded();
    for (step, answer) in steps.iter().zip(output.split(MARK)) {
        assert_eq!(masked(answer), masked(&step.answer), "{}", step.command);
    }
    assert_eq!(output.matches(MARK).count(), steps.len(), "{output}");
}
