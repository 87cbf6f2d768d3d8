use ore_domain::{Locale, SmtpTls};
use ore_jobs::{MailTemplate, OutgoingMail};
use serde_json::json;

use crate::outgoing_mails::{LINK, TOKEN, mail, mail_to, outgoing, some_mail};
use crate::server::{Server, header};

#[tokio::test]
async fn a_server_gets_text_and_html_under_the_headers_of_a_mail_by_a_machine() {
    let server = Server::start(json!({}));
    server.transport(server.settings(SmtpTls::Offered)).send(&some_mail()).await.unwrap();
    let mail = server.mail();
    assert_eq!((&mail["sender"], &mail["recipients"]), (&json!("no-reply@example.org"), &json!(["ada@example.org"])));
    assert_eq!((&mail["encrypted"], &mail["name"]), (&json!(false), &json!("example.org")));
    let expected = [
        ("From", "\"账户, ORE\" <no-reply@example.org>"),
        ("To", "ada@example.org"),
        ("Subject", "Confirm your e-mail address for MyApp"),
        ("Date", "Mon, 24 Nov 2025 16:00:00 +0000"),
        ("Message-ID", "<01900000-0000-7000-8000-000000000007@example.org>"),
        ("Auto-Submitted", "auto-generated"),
        ("Content-Language", "en"),
        ("MIME-Version", "1.0"),
    ];
    for (name, value) in expected {
        assert_eq!(header(&mail, name), [value], "{name}");
    }
    assert_eq!(mail["parts"], json!(["text/plain", "text/html"]));
    let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
    assert!(text.lines().any(|line| line == LINK) && text.lines().any(|line| line == TOKEN), "{text}");
    assert!(text.contains("valid for 24 hours"), "{text}");
    assert!(html.contains("<a href=\"https:&#x2f;&#x2f;www.example.org&#x2f;verify#token=ore_mt_abc\">"), "{html}");
}

#[tokio::test]
async fn a_chinese_mail_arrives_as_it_was_written() {
    let server = Server::start(json!({}));
    let mail = mail(&outgoing(MailTemplate::ResetPassword, Locale::ZhCn));
    server.transport(server.settings(SmtpTls::Offered)).send(&mail).await.unwrap();
    let mail = server.mail();
    assert_eq!(header(&mail, "Subject"), ["重设您在 MyApp 的密码"]);
    assert_eq!(header(&mail, "Content-Language"), ["zh-CN"]);
    assert!(mail["text"].as_str().unwrap().contains("链接在24小时内有效"), "{mail}");
    assert!(mail["html"].as_str().unwrap().contains("<html lang=\"zh-CN\">"), "{mail}");
    assert!(mail["raw"].as_str().unwrap().is_ascii());
}

#[tokio::test]
async fn a_letter_that_is_sent_twice_is_the_same_mail() {
    let server = Server::start(json!({}));
    let transport = server.transport(server.settings(SmtpTls::Offered));
    let outgoing = outgoing(MailTemplate::Invitation, Locale::En);
    for _ in 0..2 {
        transport.send(&mail(&outgoing)).await.unwrap();
    }
    let mails = server.events();
    assert_eq!((mails.len(), &mails[0]["raw"]), (2, &mails[1]["raw"]));
    assert_eq!(header(&mails[0], "Message-ID"), ["<01900000-0000-7000-8000-000000000007@example.org>"]);
}

#[tokio::test]
async fn a_domain_beyond_ascii_needs_nothing_of_the_server() {
    let server = Server::start(json!({}));
    server.transport(server.settings(SmtpTls::Offered)).send(&mail_to("ada@例子.中国")).await.unwrap();
    assert_eq!(server.mail()["recipients"], json!(["ada@xn--fsqu00a.xn--fiqs8s"]));
}

#[tokio::test]
async fn a_local_part_beyond_ascii_needs_smtputf8() {
    let server = Server::start(json!({ "smtputf8": true }));
    server.transport(server.settings(SmtpTls::Offered)).send(&mail_to("用户@example.org")).await.unwrap();
    assert_eq!(server.mail()["recipients"], json!(["用户@example.org"]));

    let server = Server::start(json!({}));
    let error = server.transport(server.settings(SmtpTls::Offered)).send(&mail_to("用户@example.org")).await;
    let error = error.unwrap_err();
    assert_eq!((error.code.as_str(), error.is_permanent), ("smtputf8", true));
    assert!(server.events().is_empty());
}

#[tokio::test]
async fn hostile_values_reach_neither_a_header_nor_the_markup() {
    const HOSTILE: &str = "a\r\nBcc: eve@evil.example\r\n\r\n.\r\n<script>alert(1)</script>\u{202E}\"'&";
    let mut outgoing = outgoing(MailTemplate::ConfirmAddressChange, Locale::En);
    for value in [&mut outgoing.values.address, &mut outgoing.values.token, &mut outgoing.values.device] {
        *value = Some(HOSTILE.to_owned());
    }
    outgoing.values.link = Some(format!("https://a.example/\"><img src=x>{HOSTILE}"));
    for template in MailTemplate::ALL {
        let server = Server::start(json!({}));
        let transport = server.transport(server.settings(SmtpTls::Offered));
        transport.send(&mail(&OutgoingMail { template: *template, ..outgoing.clone() })).await.unwrap();
        let mail = server.mail();
        assert_eq!(mail["recipients"], json!(["ada@example.org"]));
        assert_eq!(mail["headers"].as_array().unwrap().len(), 9, "{mail}");
        let (text, html) = (mail["text"].as_str().unwrap(), mail["html"].as_str().unwrap());
        assert!(!text.lines().any(|line| line.starts_with("Bcc:") || line == "."), "{text}");
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains('\u{202E}'), "{html}");
    }
}
