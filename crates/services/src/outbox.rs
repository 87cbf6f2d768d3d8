use std::sync::Arc;
use std::time::Duration;

use ore_domain::{AuditAction, AuditOrigin, Clock, DueMail, ListedMail, MailId, Store, StoreError, StoreExt};

use crate::audit::Act;
use crate::{MailContent, Mailer};

/// The lease: for this time nobody else takes a mail, even if its taker is gone. It is longer than the maximum time of
/// sending.
const LEASE: Duration = Duration::from_mins(2);
/// The first wait after a failure. Each further wait is twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_hours(1);
/// The number of attempts in a day, with their waits.
const ATTEMPTS: u32 = 35;

/// The queue of mails.
#[derive(Clone)]
pub struct MailQueue {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mailer: Mailer,
}

/// A mail under lease.
#[derive(Debug)]
pub struct ClaimedMail {
    /// The mail.
    pub mail: DueMail,
    /// The content.
    pub content: MailContent,
}

/// The next state of a mail that was not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailedMail {
    /// It is tried again after this time.
    Retried(Duration),
    /// It is not tried any more.
    Dead,
}

impl MailQueue {
    /// Over the given ports.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, mailer: Mailer) -> Self {
        Self { store, clock, mailer }
    }

    /// Whether mail is configured.
    pub fn is_configured(&self) -> bool {
        self.mailer.is_configured()
    }

    /// Takes the mail that has been due for longest, if there is one. If its user was disabled meanwhile, it is never
    /// sent, because its content is only for an active user. If its content was sealed with a key that this process
    /// lacks, it is left to other replicas for a while.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn claim(&self) -> Result<Option<ClaimedMail>, StoreError> {
        loop {
            let now = self.clock.now();
            if !self.store.read(move |r| r.outbox().has_due(now)).await? {
                return Ok(None);
            }
            let claimed = self.store.write_once(move |r| r.outbox().claim(now, now + LEASE)).await?;
            let Some(mail) = claimed else { return Ok(None) };
            if !mail.is_user_active {
                let id = mail.id;
                self.store.write_once(move |r| r.outbox().record_unsent(id)).await?;
                continue;
            }
            match self.mailer.open(mail.id, &mail.sealed) {
                Ok(content) => return Ok(Some(ClaimedMail { mail, content })),
                Err(error) => {
                    tracing::error!(mail_id = %mail.id, exception = %error, "A mail cannot be read with the key of this process");
                    self.record_failure(&mail, "key", false).await?;
                }
            }
        }
    }

    /// Records that a mail was sent, and erases its content.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it; the mail is sent again then.
    pub async fn record_sent(&self, id: MailId) -> Result<(), StoreError> {
        self.store.write_once(move |r| r.outbox().record_sent(id)).await
    }

    /// Records that a mail was not sent, with a reason that contains no personal data.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn record_failure(
        &self,
        mail: &DueMail,
        code: &str,
        is_permanent: bool,
    ) -> Result<FailedMail, StoreError> {
        if is_permanent || mail.attempts >= ATTEMPTS {
            self.record(mail.id, code, None).await?;
            return Ok(FailedMail::Dead);
        }
        let delay = retry_delay(mail.attempts);
        self.record(mail.id, code, Some(delay)).await?;
        Ok(FailedMail::Retried(delay))
    }

    /// Lists mails that were not sent, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot answer.
    pub async fn list_unsent(&self, limit: u32) -> Result<Vec<ListedMail>, StoreError> {
        self.store.read(move |r| r.outbox().list_unsent(limit)).await
    }

    /// Retries mails that were given up, all or one; returns their number.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it.
    pub async fn retry(&self, id: Option<MailId>, origin: &AuditOrigin) -> Result<usize, StoreError> {
        let (now, act) = (self.clock.now(), Act::new(AuditAction::RetryMail, origin));
        let retried = self.store.write(move |r| {
            let retried = r.outbox().retry(id, now)?;
            act.clone().with_details(serde_json::json!({ "mails": retried })).succeed(r, now)?;
            Ok(retried)
        });
        retried.await
    }

    async fn record(&self, id: MailId, code: &str, retry_after: Option<Duration>) -> Result<(), StoreError> {
        let (code, at) = (code.to_owned(), retry_after.map(|delay| self.clock.now() + delay));
        self.store.write_once(move |r| r.outbox().record_failure(id, &code, at)).await
    }
}

fn retry_delay(attempts: u32) -> Duration {
    let doublings = attempts.saturating_sub(1).min(31);
    FIRST_RETRY.saturating_mul(1 << doublings).min(LONGEST_RETRY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_a_second_to_an_hour() {
        let seconds = [1, 2, 3, 11, 12, 13, u32::MAX].map(|attempts| retry_delay(attempts).as_secs());
        assert_eq!(seconds, [1, 2, 4, 1024, 2048, 3600, 3600]);
    }

    #[test]
    fn the_attempts_take_a_day() {
        let day: Duration = (1..ATTEMPTS).map(retry_delay).sum();
        assert_eq!(day.as_secs() / 3600, 23);
    }
}
