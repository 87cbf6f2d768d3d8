use std::fs;
use std::path::PathBuf;

use crate::support::{LoadClients, ServerProcess, TestDir};

const SERVES: &str = "The process that was started serves";

/// A server on a copy of the program, which can be replaced as a linker does.
struct Reloading {
    server: ServerProcess,
    program: PathBuf,
}

impl Reloading {
    fn start() -> Self {
        let test_dir = TestDir::new();
        let program = test_dir.path().join("program");
        fs::copy(env!("CARGO_BIN_EXE_workflow-server"), &program).unwrap();
        let server = test_dir.serve_reloading(&program);
        let reloading = Self { server, program };
        reloading.wait_for_start(1);
        reloading
    }

    fn replace(&self, make: impl FnOnce(&PathBuf)) {
        let next = self.program.with_extension("next");
        make(&next);
        fs::rename(&next, &self.program).unwrap();
    }

    fn wait_for_start(&self, number: u32) {
        self.server.log().wait_for(|line| line["message"] == SERVES && line["number"] == number);
    }
}

#[test]
fn nobody_is_refused_while_the_program_is_replaced() {
    let reloading = Reloading::start();
    let load_clients = LoadClients::start(reloading.server.port);
    for number in 2..5 {
        reloading.replace(|next| assert_ne!(fs::copy(env!("CARGO_BIN_EXE_workflow-server"), next).unwrap(), 0));
        reloading.wait_for_start(number);
        load_clients.wait_for_answers();
    }
    load_clients.end();
    let log = reloading.server.stop();
    let ended = log.json_lines().iter().filter(|line| line["message"] == "Shutting down ORE Backend API").count();
    assert_eq!(ended, 4, "each process ends in peace");
}

#[test]
fn a_change_of_the_settings_holds_at_once() {
    let reloading = Reloading::start();
    let version = || reloading.server.get("/health").json()["data"]["version"].clone();
    assert_ne!(version(), "9.9.9");
    reloading.server.test_dir.file(".env", "BACKEND_APP_VERSION=9.9.9\n");
    reloading.wait_for_start(2);
    // The old process may answer until it has been told to end.
    reloading.server.log().wait_for_message("Shutting down ORE Backend API");
    assert_eq!(version(), "9.9.9");
}

#[test]
fn the_old_process_serves_on_when_the_new_one_does_not_start() {
    let reloading = Reloading::start();
    reloading.server.test_dir.file(".env", "BACKEND_APP_VERSION=\nBACKEND_NO_SUCH_SETTING=1\n");
    reloading
        .server
        .log()
        .wait_for(|line| line["message"] == "The process that was started has ended before it served");
    assert_eq!(reloading.server.get("/health").status, 200);
    reloading.replace(|next| fs::write(next, "no program").unwrap());
    let refused = |text: &str| text.starts_with("The program cannot be started");
    reloading.server.log().wait_for(|line| line["message"].as_str().is_some_and(refused));
    assert_eq!(reloading.server.get("/health").status, 200);
    reloading.server.signal(crate::support::Signal::TERM);
    let finished = reloading.server.wait();
    assert_eq!(finished.code, Some(0));
    assert!(finished.stderr.contains("BACKEND_NO_SUCH_SETTING"), "{}", finished.stderr);
}

#[test]
fn reloading_is_refused_in_production() {
    let settings = [
        ("BACKEND_ENVIRONMENT", "production"),
        ("BACKEND_ALLOWED_ORIGINS", "https://app.example.org"),
        ("BACKEND_TRUSTED_PROXIES", "127.0.0.1"),
        ("BACKEND_ARGON2_MEMORY_KIB", "19456"),
        ("BACKEND_ARGON2_TIME_COST", "2"),
    ];
    let finished = TestDir::new().run_with(&["--reload"], &settings);
    assert_eq!(finished.failed(2), ["--reload is for development: start without it in production"]);
}
