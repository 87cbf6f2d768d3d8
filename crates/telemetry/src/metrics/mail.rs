use prometheus::{IntCounter, IntCounterVec, Opts, Registry};

/// The metrics of mails.
#[derive(Clone)]
pub struct MailMetrics {
    /// Mails that a server took.
    pub sent: IntCounter,
    /// Attempts that failed and are made again.
    pub retried: IntCounter,
    /// Mails that are not tried any more.
    pub dead: IntCounter,
    /// Mails that were deleted some time after they were sent or given up.
    pub deleted: IntCounter,
    /// Tokens in mails that were deleted because they had expired.
    pub tokens_deleted: IntCounter,
}

impl MailMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let attempts = Opts::new("mail_attempts_total", "Attempts to send a mail");
        let attempts = IntCounterVec::new(attempts, &["result"])?;
        let deleted =
            Opts::new("mails_deleted_total", "Mails that were deleted some time after they were sent or given up");
        let tokens =
            Opts::new("mail_tokens_deleted_total", "Tokens in mails that were deleted because they had expired");
        let (deleted, tokens_deleted) = (IntCounter::with_opts(deleted)?, IntCounter::with_opts(tokens)?);
        registry.register(Box::new(attempts.clone()))?;
        registry.register(Box::new(deleted.clone()))?;
        registry.register(Box::new(tokens_deleted.clone()))?;
        let count = |result| attempts.with_label_values(&[result]);
        Ok(Self { sent: count("sent"), retried: count("retried"), dead: count("dead"), deleted, tokens_deleted })
    }
}
