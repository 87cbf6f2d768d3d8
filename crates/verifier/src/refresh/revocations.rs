use std::time::Duration;

use reqwest::RequestBuilder;
use tokio::time::{Instant, sleep};
use url::Url;

use super::backoff::RetryDelays;
use super::client::{Fetched, fetch};
use super::directory::Directory;
use super::error::FetchError;
use super::progress::Progress;
use crate::{FeedUpdate, MAXIMUM_FEED_BYTES, Source, Verifier};

/// How long the issuer is asked to wait for news (RFC 7240, section 4.3).
const WAIT: Duration = Duration::from_secs(25);
/// An answer that came sooner did not wait for news.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);
/// Between two polls, so that an issuer that never waits is not asked without end.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const DEFAULT_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How often revocations are written to the directory when nothing is new: their age counts too.
const SAVE_PERIOD: Duration = Duration::from_mins(1);

/// Reads the revocations again and again, and waits at the issuer for news.
pub(super) struct RevocationRefresh<R> {
    pub(super) verifier: Verifier,
    pub(super) request: R,
    pub(super) url: Url,
    pub(super) timeout: Duration,
    pub(super) directory: Directory,
    pub(super) progress: Progress,
}

impl<R: Fn(&Url) -> RequestBuilder> RevocationRefresh<R> {
    pub(super) async fn run(self) {
        let mut delays = RetryDelays::new();
        let mut saved: Option<Instant> = None;
        // Whether the last poll succeeded; after a failure the answer is wanted at once.
        let mut may_wait = false;
        loop {
            let started = Instant::now();
            let waits = may_wait && self.verifier.revocations_cursor().is_some();
            let polled = self.poll(waits).await;
            may_wait = polled.is_ok();
            let pause = match polled {
                Ok(update) => {
                    delays.reset();
                    if update.received > 0 || saved.is_none_or(|saved| saved.elapsed() >= SAVE_PERIOD) {
                        self.directory.save_revocations().await;
                        saved = Some(Instant::now());
                    }
                    self.verifier.observer().refreshed(Source::Revocations);
                    self.progress.record(Source::Revocations);
                    pause_after(&update, waits.then(|| started.elapsed()))
                }
                Err(error) => {
                    self.verifier.observer().refresh_failed(Source::Revocations, &error);
                    delays.next()
                }
            };
            sleep(pause).await;
        }
    }

    async fn poll(&self, waits: bool) -> Result<FeedUpdate, FetchError> {
        let mut url = self.url.clone();
        let mut timeout = self.timeout;
        if let Some(since) = self.verifier.revocations_cursor() {
            url.query_pairs_mut().append_pair("since", &since);
        }
        let mut request = (self.request)(&url);
        if waits {
            request = request.header("prefer", format!("wait={}", WAIT.as_secs()));
            timeout += WAIT;
        }
        match fetch(request, None, timeout, MAXIMUM_FEED_BYTES).await? {
            Fetched::Changed { body, .. } => Ok(self.verifier.apply_revocations(&body, self.verifier.now())?),
            // It was not asked whether there is something new.
            Fetched::Unchanged { .. } => Err(FetchError::Status(304)),
        }
    }
}

/// An issuer that has nothing new and answers at once, though it was asked to wait, is left alone for as long as it says.
fn pause_after(update: &FeedUpdate, waited: Option<Duration>) -> Duration {
    if update.received > 0 || waited.is_none_or(|waited| waited >= SHORTEST_WAIT) {
        return SHORTEST_PAUSE;
    }
    update.poll_after.unwrap_or(DEFAULT_PAUSE).clamp(SHORTEST_PAUSE, LONGEST_PAUSE)
}
