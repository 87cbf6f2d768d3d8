use std::sync::Arc;
use std::time::Duration;

use ore_domain::Readiness;
use ore_services::{Housekeeping, SweepCounts};
use ore_telemetry::metrics::Metrics;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often what is old is looked for. The replicas take turns by themselves.
const INTERVAL: Duration = Duration::from_mins(1);

/// Deletes what is old, in the background.
pub struct Sweeper(JoinHandle<()>);

impl Sweeper {
    /// Begins at once, whenever the database is ready.
    pub fn start(housekeeping: Housekeeping, readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Self {
        Self(tokio::spawn(async move {
            let mut ticks = interval(INTERVAL);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                ticks.tick().await;
                if readiness.is_ready() {
                    sweep(&housekeeping, &metrics).await;
                }
            }
        }))
    }

    /// Ends it. A batch that has begun goes on in its worker pool.
    pub async fn stop(self) {
        self.0.abort();
        let _ = self.0.await;
    }
}

async fn sweep(housekeeping: &Housekeeping, metrics: &Metrics) {
    match housekeeping.sweep().await {
        Ok(SweepCounts {
            sessions,
            mails,
            mail_tokens,
            login_traces,
            idempotency_keys,
            api_keys,
            revocations,
            second_factors,
        }) => {
            let counts = [
                (&metrics.sessions.deleted, sessions),
                (&metrics.sessions.login_traces_deleted, login_traces),
                (&metrics.sessions.idempotency_keys_deleted, idempotency_keys),
                (&metrics.sessions.api_keys_deleted, api_keys),
                (&metrics.sessions.revocations_deleted, revocations),
                (&metrics.sessions.second_factors_deleted, second_factors),
                (&metrics.mail.deleted, mails),
                (&metrics.mail.tokens_deleted, mail_tokens),
            ];
            for (counter, deleted) in counts {
                counter.inc_by(u64::try_from(deleted).unwrap_or(u64::MAX));
            }
        }
        Err(error) => tracing::warn!(exception = %error, "What is old could not be deleted; it is tried again"),
    }
}
