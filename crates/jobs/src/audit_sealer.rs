use std::sync::Arc;
use std::time::Duration;

use ore_domain::{ChainLink, Readiness};
use ore_services::AuditSealing;
use ore_telemetry::metrics::AuditMetrics;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

/// How often entries without a seal are looked for. They are to be sealed within a second.
const INTERVAL: Duration = Duration::from_millis(500);
/// How often the head is logged if it has moved, and old entries are deleted.
const LONG_INTERVAL: Duration = Duration::from_mins(1);

/// Seals the audit log and deletes its old entries, in the background.
pub struct AuditSealer {
    task: JoinHandle<()>,
    end: watch::Sender<bool>,
}

impl AuditSealer {
    /// Begins whenever the database is ready.
    pub fn start(sealing: AuditSealing, readiness: Arc<Readiness>, metrics: AuditMetrics) -> Self {
        let (end, ended) = watch::channel(false);
        let job = Job { sealing, readiness, metrics, head: ChainLink::default(), logged: 0 };
        Self { task: tokio::spawn(job.run(ended)), end }
    }

    /// Seals what is left, unless that takes longer, and ends.
    pub async fn stop(self, patience: Duration) {
        let _ = self.end.send(true);
        let _ = timeout(patience, self.task).await;
    }
}

struct Job {
    sealing: AuditSealing,
    readiness: Arc<Readiness>,
    metrics: AuditMetrics,
    head: ChainLink,
    /// The number of the head that was logged last.
    logged: i64,
}

impl Job {
    async fn run(mut self, mut ended: watch::Receiver<bool>) {
        let mut next_long = Instant::now();
        loop {
            if self.readiness.is_ready() || self.readiness.is_draining() {
                self.seal().await;
                if Instant::now() >= next_long {
                    self.log_head();
                    self.delete_old().await;
                    next_long = Instant::now() + LONG_INTERVAL;
                }
            }
            // A sender that is gone has ended as well.
            if timeout(INTERVAL, ended.wait_for(|has_ended| *has_ended)).await.is_ok() {
                break;
            }
        }
        if self.readiness.has_schema() {
            self.seal().await;
            self.log_head();
        }
    }

    async fn seal(&mut self) {
        match self.sealing.seal().await {
            Ok(Some(head)) if head != self.head => {
                if head.number <= self.head.number {
                    tracing::error!(
                        audit_head = %head,
                        known = %self.head,
                        "The audit log was sealed further than it says; entries were cut off, or a copy was restored"
                    );
                }
                self.metrics.set_head(&head);
                self.head = head;
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(exception = %error, "The audit log could not be sealed; it is tried again"),
        }
    }

    /// If the line is stored elsewhere, it shows later that nothing up to it was cut off.
    fn log_head(&mut self) {
        if self.head.number != self.logged {
            self.logged = self.head.number;
            tracing::info!(audit_head = %self.head, "The audit log is sealed up to here");
        }
    }

    async fn delete_old(&self) {
        match self.sealing.delete_old().await {
            Ok(deleted) => self.metrics.deleted.inc_by(u64::try_from(deleted).unwrap_or(u64::MAX)),
            Err(error) => tracing::error!(exception = %error, "Old entries of the audit log could not be deleted"),
        }
    }
}
