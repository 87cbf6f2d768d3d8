use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use lettre::transport::smtp::client::Certificate;
use ore_domain::{MailDelivery, SmtpCredentials, SmtpServer, SmtpTls};
use ore_jobs::{MailTransport, TransportOptions};
use rcgen::CertifiedKey;
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) const USER: &str = "ore@example.org";
pub(crate) const PASSWORD: &str = "hunter2 密码";

/// A mail server of aiosmtpd on a free port, which trusts nobody and is trusted by its certificate alone.
pub(crate) struct Server {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    port: u16,
    certificate: Certificate,
    files: TempDir,
}

impl Server {
    /// The options are those of `smtp_server.py`.
    #[allow(clippy::disallowed_methods, reason = "the one thing that the test runner has to hand to a test")]
    pub(crate) fn start(mut options: Value) -> Self {
        let files = TempDir::new().unwrap();
        let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        for (name, pem) in [("certificate", cert.pem()), ("key", signing_key.serialize_pem())] {
            let path = files.path().join(name);
            fs::write(&path, pem).unwrap();
            options[name] = json!(path);
        }
        let python = std::env::var("ORE_TEST_PYTHON")
            .unwrap_or_else(|_| panic!("ORE_TEST_PYTHON is not set: run this test with `cargo xtask test`"));
        let mut command = Command::new(python);
        command.args(["-c", include_str!("smtp_server.py"), &options.to_string()]);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let port = listening["port"].as_u64().unwrap().try_into().unwrap();
        let certificate = Certificate::from_der(cert.der().to_vec()).unwrap();
        Self { process, lines, port, certificate, files }
    }

    pub(crate) fn certificate_file(&self) -> PathBuf {
        self.files.path().join("certificate")
    }

    /// By the name that its certificate is for.
    pub(crate) fn settings(&self, tls: SmtpTls) -> SmtpServer {
        SmtpServer { host: "localhost".to_owned(), port: self.port, tls, credentials: None }
    }

    pub(crate) fn settings_with_password(&self, tls: SmtpTls, password: &str) -> SmtpServer {
        let credentials = SmtpCredentials { user: USER.to_owned(), password: SecretString::from(password) };
        SmtpServer { credentials: Some(credentials), ..self.settings(tls) }
    }

    /// A transport that trusts it.
    pub(crate) fn transport(&self, settings: SmtpServer) -> MailTransport {
        transport(settings, vec![self.certificate.clone()], Duration::from_secs(30))
    }

    /// Ends it and returns what happened there.
    pub(crate) fn events(mut self) -> Vec<Value> {
        drop(self.process.stdin.take());
        let lines = self.lines.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
        lines.collect()
    }

    /// Ends it and returns the one mail that it took.
    pub(crate) fn mail(self) -> Value {
        let mut mails: Vec<_> = self.events().into_iter().filter(|event| event["event"] == "mail").collect();
        assert_eq!(mails.len(), 1, "{mails:?}");
        mails.remove(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn transport(settings: SmtpServer, authorities: Vec<Certificate>, timeout: Duration) -> MailTransport {
    let options = TransportOptions { timeout, authorities: Some(authorities) };
    MailTransport::new(&MailDelivery::Smtp(settings), &options).unwrap()
}

/// The values of a header.
pub(crate) fn header<'a>(mail: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = mail["headers"].as_array().unwrap().iter();
    headers.filter(|header| header[0] == name).map(|header| header[1].as_str().unwrap()).collect()
}
