use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// A mail server of aiosmtpd on a free port, whose mails a test reads.
pub(crate) struct Mailbox {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

/// A mail that the server took.
#[derive(Debug)]
pub(crate) struct Mail(Value);

impl Mailbox {
    pub(crate) fn open() -> Self {
        Self::with(&json!({}))
    }

    /// With options of `smtp_server.py`.
    #[allow(clippy::disallowed_methods, reason = "the one thing that the test runner has to hand to a test")]
    pub(crate) fn with(options: &Value) -> Self {
        let python = std::env::var("ORE_TEST_PYTHON");
        let python = python.unwrap_or_else(|_| panic!("run this test with `cargo xtask test`, which sets Python up"));
        let program = include_str!("../../../../jobs/tests/mail/smtp_server.py");
        let mut command = Command::new(python);
        command.args(["-c", program, &options.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let url = format!("smtp://127.0.0.1:{}", listening["port"]);
        Self { process, lines, url }
    }

    /// Settings that send mails here.
    pub(crate) fn settings(&self) -> [(&str, &str); 2] {
        [("BACKEND_SMTP_URL", &self.url), ("BACKEND_MAIL_FROM", "ORE <ore@example.org>")]
    }

    /// The next mail that the server takes, or refuses.
    pub(crate) fn next(&mut self) -> Mail {
        let event = self.lines.next().unwrap().unwrap();
        Mail(serde_json::from_str(&event).unwrap())
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Mail {
    pub(crate) fn to(&self) -> &str {
        self.0["recipients"][0].as_str().unwrap()
    }

    pub(crate) fn text(&self) -> &str {
        self.0["text"].as_str().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let headers = self.0["headers"].as_array().unwrap();
        let header = headers.iter().find(|header| header[0] == name).unwrap();
        header[1].as_str().unwrap()
    }

    /// The token in the link. The text has it twice.
    pub(crate) fn token(&self) -> String {
        let pattern = regex::Regex::new(r"#token=(ore_mt_[0-9A-Za-z]{49})\r?\n").unwrap();
        let token = pattern.captures(self.text()).unwrap_or_else(|| panic!("no link: {}", self.text()))[1].to_owned();
        assert_eq!(self.text().matches(&token).count(), 2);
        token
    }
}
