use std::net::TcpListener;

use clap::Command;
use rstest::rstest;
use serde_json::Value;

use crate::support::{EMAIL, PASSWORD, ServerProcess, TestDir};

#[test]
fn help_names_every_command() {
    let help = TestDir::new().run_bare(&["--help"], &[]).succeeded();
    for command in ["serve", "config", "migrate", "backup", "calibrate", "openapi", "healthcheck", "user"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}:\n{help}");
    }
    for flag in ["--host", "--port", "--workers"] {
        assert!(help.contains(flag), "{flag}:\n{help}");
    }
}

/// The command and each one below it, by its words after the name of the program. That clap adds `help` says nothing.
fn tree(command: &Command, words: &[&str]) -> Vec<(Vec<String>, Command)> {
    let own = (words.iter().map(|word| (*word).to_owned()).collect(), command.clone());
    let below = command.get_subcommands().filter(|it| it.get_name() != "help");
    let below = below.flat_map(|it| tree(it, &[words, &[it.get_name()]].concat()));
    [own].into_iter().chain(below).collect()
}

#[test]
fn the_help_of_every_command_has_an_example_that_can_be_typed() {
    let commands = tree(&ore_cli::command(), &[]);
    assert!(commands.len() > 50, "{}", commands.len());
    for (words, command) in commands {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let (_, examples) = help.split_once("Example:\n").unwrap_or_else(|| panic!("{words:?} has no example"));
        let examples: Vec<Vec<_>> = examples
            .lines()
            .take_while(|line| line.starts_with("  "))
            .map(|line| line.trim_start().trim_start_matches("(umask 077; "))
            .map(|line| line.split_whitespace().take_while(|word| !["|", ">"].contains(word)).collect())
            .collect();
        assert!(!examples.is_empty(), "{words:?}");
        for example in examples {
            let typed = [&["workflow-server"], &words.iter().map(String::as_str).collect::<Vec<_>>()[..]].concat();
            assert!(example.starts_with(&typed), "{example:?}");
            let parsed = ore_cli::command().try_get_matches_from(&example);
            assert!(parsed.is_ok(), "{example:?} {parsed:?}");
        }
    }
}

#[rstest]
#[case("bash", "complete -F")]
#[case("zsh", "#compdef workflow-server")]
#[case("fish", "complete -c workflow-server")]
fn shells_complete_the_command_line(#[case] shell: &str, #[case] expected: &str) {
    let script = TestDir::new().run_bare(&["completions", shell], &[]).succeeded();
    assert!(script.contains(expected) && script.contains("set-password"), "{script}");
}

#[test]
fn every_command_has_a_manual_page() {
    let test_dir = TestDir::new();
    assert_eq!(test_dir.run_bare(&["man", "pages"], &[]).succeeded(), "");
    let page = |name: &str| std::fs::read_to_string(test_dir.path().join("pages").join(name)).unwrap();
    assert!(page("workflow-server.1").contains("workflow\\-server\\-user(1)"), "{}", page("workflow-server.1"));
    assert!(page("workflow-server-user-create.1").contains("\\-\\-invite"));
    assert!(!test_dir.path().join("pages/workflow-server-man.1").exists());
}

#[test]
fn the_version_is_one_line() {
    let version = TestDir::new().run_bare(&["--version"], &[]).succeeded();
    assert_eq!(version, format!("workflow-server {}\n", env!("CARGO_PKG_VERSION")));
}

#[rstest]
#[case(&["--nonsense"], "--nonsense")]
#[case(&["nonsense"], "nonsense")]
#[case(&["serve", "--port"], "--port")]
#[case(&["migrate", "sideways"], "sideways")]
#[case(&["user", "create"], "<EMAIL>")]
#[case(&["user", "create", "a@b.example", "password-on-the-command-line"], "unexpected argument")]
#[case(&["user", "export", "-", "--format", "xml"], "csv, jsonl")]
#[case(&["audit", "list", "--outcome", "perhaps"], "success, failure, denied")]
fn wrong_usage_ends_with_2_and_says_what_is_wrong(#[case] arguments: &[&str], #[case] named: &str) {
    let finished = TestDir::new().run_bare(arguments, &[]);
    assert!(finished.failed(2).iter().any(|line| line.contains(named)), "{finished:?}");
}

#[test]
fn a_port_in_use_ends_with_1_and_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_, port) = address.split_once(':').unwrap();
    let line = failed_start(&["serve", "--port", port]);
    assert!(line.contains(&address) && line.contains("--port"), "{line}");
}

#[test]
fn an_address_that_is_not_of_this_machine_ends_with_1_and_says_what_to_do() {
    // TEST-NET-1 (RFC 5737).
    let line = failed_start(&["--host", "192.0.2.1"]);
    assert!(line.contains("192.0.2.1") && line.contains("--host"), "{line}");
}

/// The one line on standard error of a server that cannot start; the log says the same.
fn failed_start(arguments: &[&str]) -> String {
    let finished = TestDir::new().run_with(arguments, &[]);
    let [line] = finished.stderr.lines().collect::<Vec<_>>()[..] else { panic!("{finished:?}") };
    let logged: Value = serde_json::from_str(finished.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((finished.code, &logged["level"], &logged["message"]), (Some(1), &"CRITICAL".into(), &line.into()));
    line.to_owned()
}

#[test]
fn a_wrong_flag_is_named_as_it_was_typed() {
    let finished = TestDir::new().run_with(&["--port", "abc"], &[]);
    let [line] = finished.failed(2)[..] else { panic!("{finished:?}") };
    assert!(line.starts_with("--port: \"abc\" is not a port"), "{line}");
}

#[test]
fn the_configuration_shows_every_setting_and_no_secret() {
    let test_dir = TestDir::new();
    test_dir.file(".env", "BACKEND_LOG_FORMAT=text\nBACKEND_LEGACY_SECRET_KEY=canary-legacy\n");
    let settings = [
        ("BACKEND_SECRET_KEY", "canary-secret-key-of-more-than-32-bytes"),
        ("BACKEND_DATABASE_URL", "postgresql://ore:canary-database@127.0.0.1/ore"),
        ("BACKEND_REDIS_URL", "redis://:canary-redis@127.0.0.1/0"),
    ];
    let listing = test_dir.run_with(&["config"], &settings).succeeded();
    assert!(!listing.contains("canary"), "{listing}");
    let row = |name: &str| listing.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap().to_owned();
    assert!(row("BACKEND_LOG_FORMAT").ends_with(" .env") && row("BACKEND_LOG_FORMAT").contains("text"));
    assert!(row("BACKEND_SECRET_KEY").contains("********") && row("BACKEND_SECRET_KEY").ends_with("environment"));
    assert!(row("BACKEND_DATABASE_URL").contains("127.0.0.1"));
    assert!(row("BACKEND_LOG_LEVEL").contains("INFO") && row("BACKEND_LOG_LEVEL").ends_with("default"));
}

#[test]
fn the_configuration_lists_faults_behind_the_settings() {
    let finished = TestDir::new().run_with(&["config"], &[("BACKEND_PORT", "abc")]);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.stdout.lines().last().unwrap().starts_with("BACKEND_PORT: "), "{}", finished.stdout);
}

#[test]
fn migrations_go_up_and_down_and_tell_where_they_are() {
    let test_dir = TestDir::empty();
    let migrate = |step: &str| test_dir.run(&["migrate", step]).succeeded();
    let states = |word: &str| migrate("status").lines().filter(|line| line.ends_with(word)).count();
    let all = states("pending");
    assert!(all > 0);
    assert_eq!(migrate("up").lines().filter(|line| line.starts_with("ran ")).count(), all);
    assert_eq!((states("applied"), states("pending")), (all, 0));
    assert_eq!(migrate("up"), "nothing to do\n");
    assert_eq!(test_dir.run(&["migrate"]).succeeded(), "nothing to do\n");
    assert_eq!(test_dir.run(&["migrate", "down"]).failed(2).len(), 1, "a slip must not drop tables");
    assert_eq!((states("applied"), states("pending")), (all, 0));
    assert!(test_dir.run(&["migrate", "down", "--yes"]).succeeded().starts_with("took back "));
    assert_eq!((states("applied"), states("pending")), (all - 1, 1));
}

#[test]
fn taking_back_what_was_never_done_is_a_failure() {
    let finished = TestDir::empty().run(&["migrate", "down", "--yes"]);
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
}

#[test]
fn an_unreachable_database_is_one_line_that_says_what_to_do() {
    let missing = [("BACKEND_DATABASE_URL", "sqlite:///./missing/app.db")];
    for arguments in [&["migrate", "up"][..], &["migrate", "status"], &["user", "list"]] {
        let finished = TestDir::new().run_with(arguments, &missing);
        let [line] = finished.failed(1)[..] else { panic!("{arguments:?} {finished:?}") };
        assert!(line.contains("BACKEND_DATABASE_URL"), "{arguments:?} {line}");
    }
}

#[test]
fn the_health_check_tells_a_running_server_from_none() {
    let server = ServerProcess::start();
    let port = server.port.to_string();
    let check = || server.test_dir.run(&["healthcheck", "--host", "127.0.0.1", "--port", &port]);
    assert_eq!(check().succeeded(), "");
    let everywhere = server.test_dir.run(&["healthcheck", "--host", "0.0.0.0", "--port", &port]);
    assert_eq!(everywhere.succeeded(), "");
    let test_dir = server.test_dir.clone();
    server.stop();
    let finished = test_dir.run(&["healthcheck", "--host", "127.0.0.1", "--port", &port]);
    assert!(matches!(finished.failed(1)[..], [line] if line.contains(&port)), "{finished:?}");
}

#[test]
fn the_health_check_does_not_take_any_listener_for_the_server() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = other.local_addr().unwrap().port().to_string();
    let closing = std::thread::spawn(move || drop(other.accept().unwrap()));
    let finished = TestDir::new().run(&["healthcheck", "--host", "127.0.0.1", "--port", &port]);
    closing.join().unwrap();
    assert_eq!(finished.failed(1).len(), 1, "{finished:?}");
}

#[test]
fn commands_write_nothing_of_the_log() {
    let test_dir = TestDir::new();
    let created = test_dir.run_reading(&["user", "create", EMAIL], PASSWORD);
    assert_eq!(created.succeeded().lines().count(), 1);
}
