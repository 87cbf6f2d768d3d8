//! Delivery to a mail server (RFC 5321).

use std::time::Duration;

use lettre::Message;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, CertificateStore, TlsParameters, TlsParametersBuilder};
use lettre::transport::smtp::extension::{ClientId, Extension};
use ore_domain::{SmtpServer, SmtpTls};
use secrecy::ExposeSecret;
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::line_stream::LineStream;
use crate::smtp_fault::{Stage, send_error};
use crate::{SendError, TransportOptions};

/// How long a server may take to answer a farewell, once it has the mail.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(2);

/// Each mail has a connection of its own: one that waits for the next mail is closed by the server at some time, and the
/// mail that meets that moment is lost.
pub(crate) struct SmtpClient {
    host: String,
    port: u16,
    security: SmtpTls,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    timeout: Duration,
}

impl SmtpClient {
    /// # Errors
    /// When TLS does not take its configuration.
    pub(crate) fn new(server: &SmtpServer, options: &TransportOptions) -> Result<Self, Error> {
        let mut tls = TlsParameters::builder(server.host.clone());
        if let Some(authorities) = &options.authorities {
            tls = tls.certificate_store(CertificateStore::None);
            tls = authorities.iter().cloned().fold(tls, TlsParametersBuilder::add_root_certificate);
        }
        let credentials = server.credentials.as_ref().map(|credentials| {
            Credentials::new(credentials.user.clone(), credentials.password.expose_secret().to_owned())
        });
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            security: server.enforced_tls(),
            tls: tls.build_rustls()?,
            credentials,
            timeout: options.timeout,
        })
    }

    pub(crate) async fn send(&self, message: &Message) -> Result<(), SendError> {
        let delivery = timeout(self.timeout, self.deliver(message)).await;
        let mut connection = delivery.unwrap_or_else(|_| Err(SendError::temporary("timeout")))?;
        // The server has the mail, whatever it does now.
        let _ = timeout(FAREWELL_TIMEOUT, connection.abort()).await;
        Ok(())
    }

    async fn deliver(&self, message: &Message) -> Result<AsyncSmtpConnection, SendError> {
        let envelope = message.envelope();
        let name = envelope.from().map_or_else(ClientId::default, |from| ClientId::Domain(from.domain().to_owned()));
        let mut connection = self.connect(&name).await?;
        self.secure(&mut connection, &name).await?;
        if let Some(credentials) = &self.credentials {
            let authentication = connection.auth(DEFAULT_MECHANISMS, credentials).await;
            authentication.map_err(|error| send_error(&error, Stage::Authenticating))?;
        }
        let server = connection.server_info();
        let takes_unicode = [Extension::SmtpUtfEight, Extension::EightBitMime].map(|it| server.supports_feature(it));
        if needs_unicode(envelope) && takes_unicode != [true; 2] {
            return Err(SendError::permanent("smtputf8"));
        }
        let sending = connection.send(envelope, &message.formatted()).await;
        sending.map_err(|error| send_error(&error, Stage::Mail))?;
        Ok(connection)
    }

    async fn connect(&self, name: &ClientId) -> Result<AsyncSmtpConnection, SendError> {
        // A name may have several addresses, and one that does not answer leaves time for the next.
        let one_address = self.timeout / 4;
        let server = (self.host.as_str(), self.port);
        let greeting = if self.security == SmtpTls::FromStart {
            let tls = Some(self.tls.clone());
            AsyncSmtpConnection::connect_tokio1(server, Some(one_address), name, tls, None).await
        } else {
            let stream = LineStream(connect_to_any(server, one_address).await?);
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), name).await
        };
        greeting.map_err(|error| send_error(&error, Stage::Connecting))
    }

    async fn secure(&self, connection: &mut AsyncSmtpConnection, name: &ClientId) -> Result<(), SendError> {
        if connection.can_starttls() {
            let securing = connection.starttls(self.tls.clone(), name).await;
            return securing.map_err(|error| send_error(&error, Stage::Securing));
        }
        if self.security == SmtpTls::Required { Err(SendError::temporary("tls")) } else { Ok(()) }
    }
}

/// The first address of the name that answers.
async fn connect_to_any(server: (&str, u16), one_address: Duration) -> Result<TcpStream, SendError> {
    let mut error = SendError::temporary("connect");
    for address in lookup_host(server).await.map_err(|_| error.clone())? {
        match timeout(one_address, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(_)) => error = SendError::temporary("connect"),
            Err(_) => error = SendError::temporary("timeout"),
        }
    }
    Err(error)
}

/// Whether an address has a local part beyond ASCII; domains are in ASCII.
fn needs_unicode(envelope: &Envelope) -> bool {
    envelope.from().into_iter().chain(envelope.to()).any(|address| !address.user().is_ascii())
}
