use lettre::Message;
use ore_domain::MailDelivery;

use crate::directory::MailDirectory;
use crate::smtp::SmtpClient;
use crate::{SendError, TransportOptions};

/// How mails leave: to a mail server, or into a directory.
pub struct MailTransport(Kind);

enum Kind {
    Smtp(Box<SmtpClient>),
    Directory(MailDirectory),
}

/// Why mails cannot be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The TLS library does not take its configuration.
    #[error("TLS to the mail server cannot be set up: {0}")]
    Tls(#[source] lettre::transport::smtp::Error),
}

impl MailTransport {
    /// Sends nothing yet.
    ///
    /// # Errors
    /// As [`StartError`] says.
    pub fn new(delivery: &MailDelivery, options: &TransportOptions) -> Result<Self, StartError> {
        let kind = match delivery {
            MailDelivery::Smtp(server) => {
                Kind::Smtp(Box::new(SmtpClient::new(server, options).map_err(StartError::Tls)?))
            }
            MailDelivery::Directory(path) => Kind::Directory(MailDirectory::new(path.clone())),
        };
        Ok(Self(kind))
    }

    /// Sends one mail, or writes it to the directory, which is made if it is missing.
    ///
    /// Over SMTP the connection is secured first, as the settings ask. Once the server has accepted the mail, it is sent,
    /// whatever becomes of the connection.
    ///
    /// # Errors
    /// [`SendError`], permanent where the server refuses this very mail (5xx, RFC 5321, 4.2.1).
    pub async fn send(&self, message: &Message) -> Result<(), SendError> {
        match &self.0 {
            Kind::Smtp(client) => client.send(message).await,
            Kind::Directory(directory) => directory.send(message).await,
        }
    }
}
