use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use tokio::select;
use tokio::time::sleep;
use url::Url;

use super::backoff::RetryDelays;
use super::client::{Fetched, fetch};
use super::directory::{CachedKeySet, Directory};
use super::error::FetchError;
use super::progress::Progress;
use crate::key_requests::KeyRequests;
use crate::{MAXIMUM_KEY_SET_BYTES, Source, Verifier};

/// How long a key set counts that does not say it.
const DEFAULT_PERIOD: Duration = Duration::from_mins(5);
/// No key set is read more often or less often, whatever it says.
const SHORTEST_PERIOD: Duration = Duration::from_secs(10);
const LONGEST_PERIOD: Duration = Duration::from_hours(1);

/// Reads the key set again and again.
pub(super) struct KeyRefresh {
    pub(super) verifier: Verifier,
    pub(super) client: Client,
    pub(super) url: Url,
    pub(super) timeout: Duration,
    pub(super) requests: Arc<KeyRequests>,
    pub(super) directory: Directory,
    pub(super) progress: Progress,
    pub(super) cached: CachedKeySet,
}

impl KeyRefresh {
    pub(super) async fn run(mut self) {
        let mut delays = RetryDelays::new();
        loop {
            self.requests.begin();
            let read = self.read().await;
            self.requests.finish();
            let pause = match read {
                Ok(max_age) => {
                    delays.reset();
                    self.succeeded().await;
                    self.period(max_age)
                }
                Err(error) => {
                    self.verifier.observer().refresh_failed(Source::Keys, &error);
                    delays.next()
                }
            };
            // In this order, so that a check at the end of the pause is not answered twice.
            select! {
                biased;
                () = self.requests.fetch_requested() => {}
                () = sleep(pause) => {}
            }
        }
    }

    async fn read(&mut self) -> Result<Option<Duration>, FetchError> {
        let request = self.client.get(self.url.clone());
        match fetch(request, self.cached.etag.as_deref(), self.timeout, MAXIMUM_KEY_SET_BYTES).await? {
            Fetched::Changed { body, etag, max_age } => {
                self.verifier.replace_keys(&body, self.verifier.now())?;
                self.cached = CachedKeySet { etag, set: body };
                Ok(max_age)
            }
            // It was not asked whether the set is the same.
            Fetched::Unchanged { .. } if self.cached.etag.is_none() => Err(FetchError::Status(304)),
            Fetched::Unchanged { max_age } => {
                self.verifier.confirm_keys(self.verifier.now());
                Ok(max_age)
            }
        }
    }

    async fn succeeded(&self) {
        self.directory.save_keys(self.cached.clone()).await;
        self.verifier.observer().refreshed(Source::Keys);
        self.progress.record(Source::Keys);
    }

    /// At least two reads before the set is too old.
    fn period(&self, max_age: Option<Duration>) -> Duration {
        let period = max_age.unwrap_or(DEFAULT_PERIOD).clamp(SHORTEST_PERIOD, LONGEST_PERIOD);
        period.min(self.verifier.max_stale() / 2)
    }
}
