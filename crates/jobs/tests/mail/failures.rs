use std::net::{Ipv4Addr, TcpListener};
use std::time::Duration;

use ore_domain::{SmtpServer, SmtpTls};
use rstest::rstest;
use serde_json::json;

use crate::outgoing_mails::some_mail;
use crate::server::{Server, transport};

fn at(listener: &TcpListener) -> SmtpServer {
    let port = listener.local_addr().unwrap().port();
    SmtpServer { host: "127.0.0.1".to_owned(), port, tls: SmtpTls::Offered, credentials: None }
}

#[rstest]
#[case::unknown_recipient("RCPT", "550 no ada@example.org here", "550", true)]
#[case::busy_recipient("RCPT", "450 ada@example.org is busy", "450", false)]
#[case::closing("RCPT", "421 bye", "421", false)]
#[case::refused_content("DATA", "554 5.7.1 spam", "554", true)]
#[case::full("DATA", "452 no room", "452", false)]
#[case::encryption_wanted("RCPT", "538 encryption required", "538", false)]
#[tokio::test]
async fn a_reply_is_kept_as_its_code_alone(
    #[case] command: &str,
    #[case] reply: &str,
    #[case] code: &str,
    #[case] is_permanent: bool,
) {
    let server = Server::start(json!({ "replies": { command: reply } }));
    let error = server.transport(server.settings(SmtpTls::Offered)).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), (code, is_permanent));
    assert_eq!((error.to_string(), format!("{error:?}").contains("ada")), (code.to_owned(), false));
}

#[rstest]
#[case::at_the_recipient("RCPT")]
#[case::at_the_mail("DATA")]
#[tokio::test]
async fn a_server_that_leaves_may_take_the_mail_later(#[case] command: &str) {
    let server = Server::start(json!({ "close": command }));
    let error = server.transport(server.settings(SmtpTls::Offered)).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("connection", false));
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up() {
    let server = Server::start(json!({ "hang": "DATA" }));
    let transport = transport(server.settings(SmtpTls::Offered), Vec::new(), Duration::from_millis(500));
    let error = transport.send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("timeout", false));
}

#[tokio::test]
async fn a_server_that_never_greets_is_given_up() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let error = transport(at(&listener), Vec::new(), Duration::from_millis(200)).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("timeout", false));
}

#[rstest]
#[case::hangs("hang")]
#[case::leaves("close")]
#[tokio::test]
async fn a_mail_that_the_server_has_is_sent_whatever_follows(#[case] fault: &str) {
    let server = Server::start(json!({ fault: "QUIT" }));
    server.transport(server.settings(SmtpTls::Offered)).send(&some_mail()).await.unwrap();
    assert_eq!(server.mail()["recipients"], json!(["ada@example.org"]));
}

#[tokio::test]
async fn no_server_is_a_fault_of_the_connection() {
    let settings = at(&TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    let error = transport(settings, Vec::new(), Duration::from_secs(30)).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("connect", false));
}
