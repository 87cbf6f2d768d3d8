use std::sync::Arc;
use std::time::Duration;

use ore_domain::{Clock, FailurePolicy, Repositories, Store, StoreError, StoreExt};

/// So few at a time that no writer waits for long.
const BATCH: u32 = 500;
/// The most batches of one sweep; the rest waits for the next sweep.
const BATCHES: u32 = 100;
/// How long it is known that a mail was sent.
const SENT_MAILS: Duration = Duration::from_hours(24);
/// How long an operator can have a mail tried again that was given up.
const DEAD_MAILS: Duration = Duration::from_hours(7 * 24);

/// A server that gives tokens may be late to say so again.
const TOKEN_LIFE_LEEWAY: Duration = Duration::from_mins(10);

/// How long the owner of an API key sees that it has expired.
const EXPIRED_KEYS: Duration = Duration::from_hours(30 * 24);

/// Deletes what nobody needs any more.
pub struct Housekeeping {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// The time for which an access token that is made now may be accepted somewhere.
    longest_token: Duration,
    /// How long what has ended is kept beyond that.
    leeway: Duration,
}

/// How much was deleted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct SweepCounts {
    /// Sessions that had ended.
    pub sessions: usize,
    /// Expired failures to log in, networks and devices that are no longer known, and spent ceremonies of passkeys.
    pub login_traces: usize,
    /// Mails that were sent or given up.
    pub mails: usize,
    /// Tokens in mails that had expired.
    pub mail_tokens: usize,
    /// Answers that were kept for calls that are carried out once.
    pub idempotency_keys: usize,
    /// API keys that had expired.
    pub api_keys: usize,
    /// Revocations of tokens that have all ended.
    pub revocations: usize,
    /// Log-ins and enrolments that lacked their second factor too long.
    pub second_factors: usize,
}

impl Housekeeping {
    /// Over the given ports. A token that is made now is accepted nowhere after `longest_token`, and what has ended is kept for
    /// `leeway` more.
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, longest_token: Duration, leeway: Duration) -> Self {
        Self { store, clock, longest_token, leeway }
    }

    /// Deletes what is old enough, a little at a time. While another replica does so, nothing is left to do here.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot do it; what was deleted before stays so.
    pub async fn sweep(&self) -> Result<SweepCounts, StoreError> {
        let now = self.clock.now();
        let ended = now - self.longest_token - self.leeway;
        let revoked = now - self.record_token_life().await? - self.leeway;
        let unseen = now - FailurePolicy::KNOWN_FOR;
        let (sent, dead) = (now - SENT_MAILS, now - DEAD_MAILS);
        let expired = now - EXPIRED_KEYS;
        Ok(SweepCounts {
            sessions: self.delete(move |r| r.sessions().delete_ended(ended, BATCH)).await?,
            login_traces: self.delete(move |r| r.login_failures().delete_old_failures(now, BATCH)).await?
                + self.delete(move |r| r.known_sources().delete_old_sources(unseen, now, BATCH)).await?
                + self.delete(move |r| r.passkeys().delete_spent_ceremonies(now, BATCH)).await?,
            mails: self.delete(move |r| r.outbox().delete_finished(sent, dead, BATCH)).await?,
            idempotency_keys: self.delete(move |r| r.idempotent_calls().delete_expired_calls(now, BATCH)).await?,
            api_keys: self.delete(move |r| r.api_keys().delete_expired_keys(expired, BATCH)).await?,
            revocations: self.delete(move |r| r.revocations().delete_revocations(revoked, BATCH)).await?,
            second_factors: self.delete(move |r| r.second_factors().delete_expired_factors(now, BATCH)).await?,
            mail_tokens: self.delete(move |r| r.outbox().delete_expired_tokens(now, BATCH)).await?,
        })
    }

    /// The longest life of a token that may be left. A server that gives longer ones than this one says so as often.
    async fn record_token_life(&self) -> Result<Duration, StoreError> {
        let (life, now) = (self.longest_token, self.clock.now());
        let until = now + life + TOKEN_LIFE_LEEWAY;
        self.store.write(move |r| r.revocations().record_token_life(life, now, until)).await
    }

    async fn delete(
        &self,
        batch: impl Fn(&mut dyn Repositories) -> Result<usize, StoreError> + Copy + Send + 'static,
    ) -> Result<usize, StoreError> {
        let mut total = 0;
        for _ in 0..BATCHES {
            let deleted = self.store.write(move |r| if r.is_alone_with_housekeeping()? { batch(r) } else { Ok(0) });
            let deleted = deleted.await?;
            total += deleted;
            if deleted == 0 {
                break;
            }
        }
        Ok(total)
    }
}
