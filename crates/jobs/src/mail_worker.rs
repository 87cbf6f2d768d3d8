use std::sync::Arc;
use std::time::Duration;

use ore_domain::{DueMail, Locale, MailKind, MailSender, Readiness, StoreError, UserId};
use ore_services::{
    ClaimedMail, FailedMail, INVITATION_LIFETIME, MailContent, MailQueue, RESET_LIFETIME, VERIFICATION_LIFETIME,
};
use ore_telemetry::metrics::MailMetrics;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::{MailTemplate, MailTransport, OutgoingMail, SendError, TemplateValues, Templates, compose};

/// How often each sender looks for a mail.
const INTERVAL: Duration = Duration::from_secs(1);
/// So long it is tried to record that a mail was sent, while the store fails: nobody else has the mail then.
const RECORD_TIMEOUT: Duration = Duration::from_secs(45);
/// The number of mails that are sent at the same time, because a server may be slow.
const SENDERS: usize = 4;

/// How mails of this service look and leave.
pub struct Delivery {
    /// The templates.
    pub templates: Templates,
    /// The transport.
    pub transport: MailTransport,
    /// The sender.
    pub sender: MailSender,
    /// The base URL of links.
    pub account_url: Url,
    /// The language of mails whose own is not known any more.
    pub default_locale: Locale,
}

/// Sends what waits in the outbox, in the background.
pub struct MailWorker {
    senders: JoinSet<()>,
    end: watch::Sender<bool>,
}

impl MailWorker {
    /// Begins whenever the database is ready.
    pub fn start(queue: MailQueue, delivery: Delivery, readiness: Arc<Readiness>, metrics: MailMetrics) -> Self {
        let (end, ended) = watch::channel(false);
        let sending = Arc::new(MailSending { queue, delivery, readiness, metrics });
        let mut senders = JoinSet::new();
        for _ in 0..SENDERS {
            senders.spawn(Arc::clone(&sending).run(ended.clone()));
        }
        Self { senders, end }
    }

    /// Ends it. A mail that is being sent may take this time; otherwise another worker sends it later.
    pub async fn stop(mut self, patience: Duration) {
        let _ = self.end.send(true);
        let finished = async { while self.senders.join_next().await.is_some() {} };
        let _ = timeout(patience, finished).await;
    }
}

struct MailSending {
    queue: MailQueue,
    delivery: Delivery,
    readiness: Arc<Readiness>,
    metrics: MailMetrics,
}

impl MailSending {
    async fn run(self: Arc<Self>, mut ended: watch::Receiver<bool>) {
        loop {
            if self.readiness.is_ready() {
                self.send_due(&ended).await;
            }
            // A sender that is gone has ended as well.
            if timeout(INTERVAL, ended.wait_for(|has_ended| *has_ended)).await.is_ok() {
                return;
            }
        }
    }

    async fn send_due(&self, ended: &watch::Receiver<bool>) {
        while !*ended.borrow() {
            match self.queue.claim().await {
                Ok(Some(ClaimedMail { mail, content })) => self.send(&mail, content).await,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(exception = %error, "The outbox could not be read; it is tried again");
                    return;
                }
            }
        }
    }

    async fn send(&self, mail: &DueMail, content: MailContent) {
        let sent = self.delivery.send(mail, content).await;
        let recorded = match sent {
            Ok(()) => {
                self.metrics.sent.inc();
                self.record_sent(mail).await
            }
            Err(error) => self.record_failure(mail, &error).await,
        };
        if let Err(error) = recorded {
            tracing::warn!(mail_id = %mail.id, exception = %error, "What became of a mail could not be noted");
        }
    }

    async fn record_sent(&self, mail: &DueMail) -> Result<(), StoreError> {
        let user_id = mail.user.map(UserId::get);
        tracing::info!(mail_id = %mail.id, kind = mail.kind.name(), user_id, "A mail was sent");
        // A mail of which nobody knows that it was sent is sent again.
        let recording = async {
            while let Err(error) = self.queue.record_sent(mail.id).await {
                tracing::warn!(mail_id = %mail.id, exception = %error, "That a mail was sent is not noted yet");
                sleep(INTERVAL).await;
            }
        };
        timeout(RECORD_TIMEOUT, recording).await.map_err(StoreError::unavailable)
    }

    async fn record_failure(&self, mail: &DueMail, error: &SendError) -> Result<(), StoreError> {
        let failed = self.queue.record_failure(mail, &error.code, error.is_permanent).await?;
        let user_id = mail.user.map(UserId::get);
        let (kind, reason) = (mail.kind.name(), &error.code);
        match failed {
            FailedMail::Retried(delay) => {
                self.metrics.retried.inc();
                let retry_after = delay.as_secs();
                tracing::warn!(mail_id = %mail.id, kind, user_id, reason, retry_after, "A mail could not be sent yet");
            }
            FailedMail::Dead => {
                self.metrics.dead.inc();
                tracing::error!(mail_id = %mail.id, kind, user_id, reason, "A mail could not be sent and is given up");
            }
        }
        Ok(())
    }
}

impl Delivery {
    async fn send(&self, mail: &DueMail, content: MailContent) -> Result<(), SendError> {
        self.deliver(&self.outgoing(mail, content)).await
    }

    /// Sends a mail at once.
    ///
    /// # Errors
    /// As [`SendError`] says.
    pub async fn deliver(&self, outgoing: &OutgoingMail) -> Result<(), SendError> {
        self.transport.send(&compose(outgoing, &self.sender, &self.templates)?).await
    }

    fn outgoing(&self, mail: &DueMail, content: MailContent) -> OutgoingMail {
        let MailContent { to, locale, token, address } = content;
        let (template, link) = template(mail.kind);
        let url = token.as_ref().zip(link).map(|(token, link)| self.link(link.path, token));
        OutgoingMail {
            id: mail.id.uuid(),
            template,
            locale: locale.parse().unwrap_or(self.default_locale),
            created_at: mail.created_at,
            values: TemplateValues {
                link: url,
                token,
                valid_for: link.map(|link| link.lifetime),
                address: address.or_else(|| Some(to.clone())),
                device: None,
            },
            to,
        }
    }

    /// The token stands in the fragment, which browsers send to no server (RFC 3986, 3.5).
    fn link(&self, path: &str, token: &str) -> String {
        format!("{}/{path}#token={token}", self.account_url.as_str().trim_end_matches('/'))
    }
}

#[derive(Clone, Copy)]
struct Link {
    path: &'static str,
    lifetime: Duration,
}

const RESET: Link = Link { path: "reset", lifetime: RESET_LIFETIME };
const INVITE: Link = Link { path: "invite", lifetime: INVITATION_LIFETIME };
const VERIFY: Link = Link { path: "verify", lifetime: VERIFICATION_LIFETIME };

fn template(kind: MailKind) -> (MailTemplate, Option<Link>) {
    match kind {
        MailKind::VerifyEmail => (MailTemplate::VerifyEmail, Some(VERIFY)),
        MailKind::Invitation => (MailTemplate::Invitation, Some(INVITE)),
        MailKind::ResetPassword => (MailTemplate::ResetPassword, Some(RESET)),
        MailKind::ConfirmAddressChange => (MailTemplate::ConfirmAddressChange, Some(VERIFY)),
        MailKind::AddressChangeRequested => (MailTemplate::AddressChangeRequested, None),
        MailKind::AddressChanged => (MailTemplate::AddressChanged, None),
        MailKind::AddressTaken => (MailTemplate::AddressTaken, None),
        MailKind::PasswordChanged => (MailTemplate::PasswordChanged, None),
        MailKind::SecondFactorAdded => (MailTemplate::SecondFactorAdded, None),
        MailKind::SecondFactorRemoved => (MailTemplate::SecondFactorRemoved, None),
        MailKind::SecondFactorsReset => (MailTemplate::SecondFactorsReset, None),
        MailKind::SessionReused => (MailTemplate::SessionReused, None),
        MailKind::PasskeyCloned => (MailTemplate::PasskeyCloned, None),
    }
}
