use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// A Redis server of one test, which can pause, kill and restart it. It stores nothing on disk and ends with the value.
pub(crate) struct Redis {
    port: u16,
    directory: TempDir,
    process: Option<Child>,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let mut redis = Self::not_started();
        redis.resume_from_death();
        redis
    }

    /// A port on which a server can be started later.
    pub(crate) fn not_started() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self { port, directory: TempDir::new().unwrap(), process: None }
    }

    /// A server that only speaks TLS, with a certificate for `127.0.0.1` from an authority of its own.
    pub(crate) fn start_with_tls() -> Self {
        let mut redis = Self::not_started();
        let authority = certificate_authority();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &authority);
        let other_authority = certificate_authority().pem();
        for (name, content) in [
            ("authority.crt", authority.pem()),
            ("other.crt", other_authority),
            ("redis.crt", certificate.unwrap().pem()),
            ("redis.key", key.serialize_pem()),
        ] {
            fs::write(redis.path(name), content).unwrap();
        }
        let files = ["--tls-cert-file", "redis.crt", "--tls-key-file", "redis.key", "--tls-auth-clients", "no"];
        let port = redis.port.to_string();
        redis.spawn(&[&["--port", "0", "--tls-port", &port], &files[..]].concat());
        redis
    }

    /// A file beside it: `authority.crt` has signed its certificate, `other.crt` has not.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn tls_url(&self) -> String {
        format!("rediss://127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts the server on the same port, and returns when it answers.
    pub(crate) fn resume_from_death(&mut self) {
        self.spawn(&["--port", &self.port.to_string()]);
        let deadline = Instant::now() + Duration::from_secs(30);
        while self.try_ask("PING").is_none_or(|answer| answer != ["PONG"]) {
            assert!(Instant::now() < deadline, "Redis does not answer");
        }
    }

    #[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
    fn spawn(&mut self, options: &[&str]) {
        let program = std::env::var_os("ORE_TEST_REDIS_SERVER").unwrap_or_else(|| {
            panic!("ORE_TEST_REDIS_SERVER is not set: run this test with `cargo xtask test`, which finds Redis")
        });
        let mut command = Command::new(program);
        command.args(["--bind", "127.0.0.1", "--save", ""]).args(options);
        command.current_dir(self.directory.path()).stdin(Stdio::null()).stdout(Stdio::null());
        self.process = Some(command.spawn().unwrap());
    }

    /// Stops it from answering without closing a connection.
    pub(crate) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    pub(crate) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(self.process.as_ref().unwrap()), signal).unwrap();
    }

    /// The texts and numbers in the answer to a command of plain words.
    pub(crate) fn ask(&self, command: &str) -> Vec<String> {
        self.try_ask(command).unwrap()
    }

    fn try_ask(&self, command: &str) -> Option<Vec<String>> {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        connection.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
        connection.write_all(format!("{command}\r\n").as_bytes()).ok()?;
        read_answer(&mut BufReader::new(connection).lines().map_while(Result::ok))
    }
}

/// RESP 2: a line for each simple value, a line with the length and a line for each text, a list of those.
fn read_answer(lines: &mut impl Iterator<Item = String>) -> Option<Vec<String>> {
    let line = lines.next()?;
    let (kind, rest) = line.split_at_checked(1)?;
    match kind {
        "+" | ":" => Some(vec![rest.to_owned()]),
        "$" => Some(vec![lines.next()?]),
        "*" => {
            let items = (0..rest.parse().ok()?).map(|_| read_answer(lines));
            Some(items.collect::<Option<Vec<_>>>()?.concat())
        }
        _ => panic!("Redis refused: {line}"),
    }
}

fn certificate_authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}
