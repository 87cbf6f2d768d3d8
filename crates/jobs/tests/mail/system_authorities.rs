use std::process::Command;

use ore_domain::{MailDelivery, SmtpServer, SmtpTls};
use ore_jobs::{MailTransport, TransportOptions};
use serde_json::json;

use crate::outgoing_mails::some_mail;
use crate::server::Server;

/// Tells a process that it is the one that the test has started, and the port of the server that it sends a mail to.
const PORT_VARIABLE: &str = "ORE_TEST_SMTP_PORT";

#[allow(clippy::disallowed_methods, reason = "the settings of tests come from the command that runs them")]
fn port() -> Option<u16> {
    std::env::var(PORT_VARIABLE).ok().map(|port| port.parse().unwrap())
}

async fn send(port: u16) {
    let settings = SmtpServer { host: "localhost".to_owned(), port, tls: SmtpTls::FromStart, credentials: None };
    let transport = MailTransport::new(&MailDelivery::Smtp(settings), &TransportOptions::default()).unwrap();
    transport.send(&some_mail()).await.unwrap();
}

#[tokio::test]
async fn a_server_is_trusted_that_the_operating_system_trusts() {
    if let Some(port) = port() {
        return send(port).await;
    }
    let server = Server::start(json!({ "tls": "from_start" }));
    let port = server.settings(SmtpTls::FromStart).port.to_string();
    // This program again, with nothing but this test.
    let sends = |authorities: Option<&str>| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["system_authorities::a_server_is_trusted_that_the_operating_system_trusts", "--exact"]);
        command.env(PORT_VARIABLE, &port).env_remove("SSL_CERT_DIR").env_remove("SSL_CERT_FILE");
        command.envs(authorities.map(|file| ("SSL_CERT_FILE", file)));
        command.output().unwrap().status.success()
    };
    assert!(!sends(None));
    assert!(sends(Some(server.certificate_file().to_str().unwrap())));
    assert_eq!(server.mail()["encrypted"], true);
}
