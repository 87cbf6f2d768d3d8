use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

use super::{Answer, Client, Log, Server, key_with, send};

/// One of the example programs of the crates for other services, beside a server whose tokens it checks.
pub(crate) struct ExampleService {
    process: Child,
    clock: ChildStdin,
    output: Log,
    client: Client,
}

impl ExampleService {
    /// The program of this name, once it listens.
    pub(crate) fn start(name: &str, server: &Server, issuer: &str) -> Self {
        let built = Path::new(env!("CARGO_BIN_EXE_workflow-server")).with_file_name("examples").join(name);
        assert!(built.is_file(), "{} is missing: run this test with `cargo xtask test`", built.display());
        let key_file = server.test_dir.path().join("checker.key");
        fs::write(&key_file, key_with(&server.test_dir, "tokens.verify")).unwrap();
        let mut command = Command::new(built);
        command.arg(format!("http://127.0.0.1:{}", server.port)).arg(issuer).arg(key_file);
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let (clock, output) = (process.stdin.take().unwrap(), Log::follow(process.stdout.take().unwrap()));
        let port = output.try_wait_for(|line| line.strip_prefix("Listening on 127.0.0.1:")?.parse().ok());
        let client = Client::new(port.unwrap_or_else(|| panic!("{name} does not listen")));
        Self { process, clock, output, client }
    }

    /// Its answer to a call with this token.
    pub(crate) fn notes(&self, token: &str) -> Answer {
        send(self.client.request("GET", "/notes").bearer_auth(token))
    }

    /// Sets its clock ahead of the time of the machine.
    pub(crate) fn set_ahead(&mut self, seconds: u64) {
        writeln!(self.clock, "{seconds}").unwrap();
        let text = format!("The clock is {seconds} seconds ahead");
        assert!(self.output.try_wait_for(|line| (line == text).then_some(())).is_some(), "{}", self.output.text());
    }
}

impl Drop for ExampleService {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
