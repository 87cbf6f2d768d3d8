use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use lettre::transport::smtp::client::Certificate;
use ore_domain::{SmtpServer, SmtpTls};
use rcgen::CertifiedKey;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection};

use crate::outgoing_mails::some_mail;
use crate::server::transport;

/// Offers STARTTLS, sends its consent together with what somebody between has put after it, and takes the handshake.
fn serve(mut stream: TcpStream, injected: &str, tls: ServerConfig) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    stream.write_all(b"220 mail.test\r\n")?;
    reader.read_line(&mut line)?;
    stream.write_all(b"250-mail.test\r\n250 STARTTLS\r\n")?;
    reader.read_line(&mut line)?;
    stream.write_all(format!("220 go\r\n{injected}").as_bytes())?;
    let mut connection = ServerConnection::new(Arc::new(tls)).map_err(io::Error::other)?;
    while connection.is_handshaking() {
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}

/// How sending a mail to such a server ends, and whether the handshake came about.
async fn send(injected: &'static str) -> (String, bool) {
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(signing_key.serialize_der());
    let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let tls = builder.with_single_cert(vec![cert.der().clone()], key.into()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || serve(listener.accept().unwrap().0, injected, tls));
    let settings = SmtpServer { host: "localhost".to_owned(), port, tls: SmtpTls::Required, credentials: None };
    let certificate = Certificate::from_der(cert.der().to_vec()).unwrap();
    let error = transport(settings, vec![certificate], Duration::from_secs(30)).send(&some_mail()).await.unwrap_err();
    (error.code, server.join().unwrap().is_ok())
}

#[tokio::test]
async fn a_reply_that_came_in_the_clear_is_not_taken_for_one_over_tls() {
    assert_eq!(send("250 injected\r\n").await, ("tls".to_owned(), false));
    // The server leaves after the handshake.
    assert!(send("").await.1);
}
