//! The console blocks of the README and of the documentation, run as they stand.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use rstest::rstest;

use crate::support::Server;

/// What no two runs have in common.
const CHANGING: [(&str, &str); 6] = [
    // Before the other, since its random letters may hold the beginning of that.
    (r"ore_rt_[A-Za-z0-9.…]+", "<refresh token>"),
    (r"eyJ[A-Za-z0-9_.…-]+", "<token>"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", "<timestamp>"),
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
    (r"(?m)^date: .* GMT$", "date: <timestamp>"),
    (r"(?m)^x-process-time: \d+\.\d+$", "x-process-time: <seconds>"),
];
const MARK: &str = "---- end of one command ----";
/// A session may show a command that fails, and what it says.
const AS_AT_A_TERMINAL: &str = "set +e; exec 2>&1\n";

struct Step {
    command: String,
    answer: String,
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub(crate) fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

/// Every fenced block: its language and its lines.
fn blocks(page: &str) -> Vec<&str> {
    page.split("\n```").skip(1).step_by(2).collect()
}

/// What a block tells a program: the comments of a shell script are in the language of the page.
fn code(block: &str) -> String {
    if !block.starts_with("sh\n") {
        return block.to_owned();
    }
    let without_comment = |line: &str| line.split(" #").next().unwrap_or_default().trim_end().to_owned();
    block.lines().map(without_comment).collect::<Vec<_>>().join("\n")
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for block in blocks(page).into_iter().filter_map(|block| block.strip_prefix("console\n")) {
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

#[rstest]
#[case("README.md", 9)]
#[case("docs/introduction.md", 1)]
#[case("docs/getting-started.md", 8)]
#[case("docs/api.md", 20)]
#[case("docs/troubleshooting.md", 15)]
#[case("docs/zh-CN/introduction.md", 1)]
#[case("docs/zh-CN/getting-started.md", 8)]
#[case("docs/zh-CN/api.md", 20)]
#[case("docs/zh-CN/troubleshooting.md", 15)]
fn the_sessions_of_a_page_go_as_it_says(#[case] page: &str, #[case] least: usize) {
    let steps = steps(&read(&root().join(page)));
    assert!(steps.len() >= least, "{page} has lost sessions: {} are left", steps.len());
    let server = Server::with_debug();
    let end = format!("\necho; echo '{MARK}'\n");
    let commands = steps.iter().flat_map(|step| [step.command.as_str(), end.as_str()]);
    let script = [AS_AT_A_TERMINAL].into_iter().chain(commands).collect::<String>();
    let script = script
        .replace("localhost:8000", &format!("127.0.0.1:{}", server.port))
        .replace("target/release/workflow-server", env!("CARGO_BIN_EXE_workflow-server"));
    let output = server.test_dir.run_shell(&script).succeeded();
    for (step, answer) in steps.iter().zip(output.split(MARK)) {
        assert_eq!(masked(answer), masked(&step.answer), "{page}: {}", step.command);
    }
    assert_eq!(output.matches(MARK).count(), steps.len(), "{output}");
}

#[rstest]
#[case("introduction.md")]
#[case("getting-started.md")]
#[case("api.md")]
#[case("logs.md")]
#[case("audit.md")]
#[case("mail.md")]
#[case("deployment.md")]
#[case("monitoring.md")]
#[case("troubleshooting.md")]
fn the_code_of_a_chinese_page_is_that_of_the_english_one(#[case] page: &str) {
    let [english, chinese] = ["docs", "docs/zh-CN"].map(|directory| read(&root().join(directory).join(page)));
    let (english, chinese) = (blocks(&english), blocks(&chinese));
    assert!(!english.is_empty());
    for (english, chinese) in english.iter().zip(&chinese) {
        assert_eq!(code(english), code(chinese));
    }
    assert_eq!(english.len(), chinese.len());
}
