use std::time::Duration;

use ore_domain::SmtpTls;
use rstest::rstest;
use serde_json::{Value, json};

use crate::outgoing_mails::some_mail;
use crate::server::{PASSWORD, Server, USER, transport};

/// A server that knows the user, with this TLS.
fn server(tls: Option<&str>) -> Server {
    let mut options = json!({ "user": USER, "password": PASSWORD });
    if let Some(tls) = tls {
        options["tls"] = json!(tls);
    }
    Server::start(options)
}

#[rstest]
#[case::offered(SmtpTls::Offered, "starttls")]
#[case::required(SmtpTls::Required, "starttls")]
#[case::from_start(SmtpTls::FromStart, "from_start")]
#[tokio::test]
async fn tls_is_used_where_it_is_there(#[case] tls: SmtpTls, #[case] of_server: &str) {
    let server = server(Some(of_server));
    server.transport(server.settings(tls)).send(&some_mail()).await.unwrap();
    assert_eq!(server.mail()["encrypted"], true);
}

#[rstest]
#[case::in_the_clear_on_this_machine(SmtpTls::Offered, None)]
#[case::offered(SmtpTls::Offered, Some("starttls"))]
#[case::from_start(SmtpTls::FromStart, Some("from_start"))]
#[tokio::test]
async fn the_right_password_authenticates(#[case] tls: SmtpTls, #[case] of_server: Option<&str>) {
    let server = server(of_server);
    server.transport(server.settings_with_password(tls, PASSWORD)).send(&some_mail()).await.unwrap();
    let mail = server.mail();
    assert_eq!((&mail["user"], &mail["encrypted"]), (&json!(USER), &json!(of_server.is_some())));
}

#[tokio::test]
async fn a_wrong_password_is_no_fault_of_the_mail() {
    let server = server(Some("starttls"));
    let transport = server.transport(server.settings_with_password(SmtpTls::Required, "hunter3"));
    let error = transport.send(&some_mail()).await.unwrap_err();
    assert_eq!((error.to_string().as_str(), error.code.as_str(), error.is_permanent), ("535", "535", false));
    assert_eq!(server.events(), [json!({ "event": "auth", "user": USER, "encrypted": true })]);
}

#[tokio::test]
async fn a_server_that_asks_for_authentication_is_no_fault_of_the_mail() {
    let server = Server::start(json!({ "user": USER, "password": PASSWORD, "auth_required": true }));
    let error = server.transport(server.settings(SmtpTls::Offered)).send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("530", false));
}

#[tokio::test]
async fn a_server_without_authentication_gets_no_mail_of_a_user() {
    let server = Server::start(json!({}));
    let transport = server.transport(server.settings_with_password(SmtpTls::Offered, PASSWORD));
    let error = transport.send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("auth", false));
    assert!(server.events().is_empty());
}

#[rstest]
#[case::no_starttls(SmtpTls::Required)]
#[case::no_tls(SmtpTls::FromStart)]
#[tokio::test]
async fn where_tls_is_required_nothing_is_sent_without_it(#[case] tls: SmtpTls) {
    let server = server(None);
    let transport = server.transport(server.settings_with_password(tls, PASSWORD));
    let error = transport.send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("tls", false));
    assert_eq!(server.events(), [Value::Null; 0]);
}

#[rstest]
#[case::starttls(SmtpTls::Offered, "starttls")]
#[case::from_start(SmtpTls::FromStart, "from_start")]
#[tokio::test]
async fn a_server_that_nobody_vouches_for_gets_nothing(#[case] tls: SmtpTls, #[case] of_server: &str) {
    let server = server(Some(of_server));
    let transport = transport(server.settings_with_password(tls, PASSWORD), Vec::new(), Duration::from_secs(30));
    let error = transport.send(&some_mail()).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("tls", false));
    assert_eq!(server.events(), [Value::Null; 0]);
}
