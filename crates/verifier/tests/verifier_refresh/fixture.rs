use std::time::Duration;

use ore_testkit_issuer::{API_KEY, TestIssuer, TestServer};
use ore_verifier::refresh::{Refresh, RefreshOptions};
use ore_verifier::{FeedUpdate, Observer, Source, StaleRevocations, Verifier, VerifierBuilder};
use tokio::sync::watch;

/// How old keys and revocations may be in these tests.
pub(crate) const MAX_STALE: Duration = Duration::from_hours(1);

/// A verifier that reads from an issuer which listens.
pub(crate) struct Fixture {
    pub(crate) issuer: TestIssuer,
    pub(crate) server: TestServer,
    pub(crate) verifier: Verifier,
    pub(crate) refresh: Refresh,
    pub(crate) observed: watch::Receiver<Observed>,
}

/// What the observer was told of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observed {
    pub(crate) revocations: usize,
    pub(crate) refreshed: Vec<Source>,
    pub(crate) failed: Vec<(Source, String)>,
}

#[derive(Default)]
pub(crate) struct WatchingObserver(watch::Sender<Observed>);

impl WatchingObserver {
    pub(crate) fn observed(&self) -> watch::Receiver<Observed> {
        self.0.subscribe()
    }
}

impl Observer for WatchingObserver {
    fn revocations_applied(&self, update: &FeedUpdate) {
        self.0.send_modify(|observed| observed.revocations += update.received);
    }

    fn refreshed(&self, source: Source) {
        self.0.send_modify(|observed| observed.refreshed.push(source));
    }

    fn refresh_failed(&self, source: Source, error: &(dyn std::error::Error + 'static)) {
        self.0.send_modify(|observed| observed.failed.push((source, error.to_string())));
    }
}

pub(crate) fn builder(issuer: &TestIssuer) -> VerifierBuilder {
    let clock = issuer.clock().clone();
    let builder = Verifier::builder(TestIssuer::ISSUER).audience(TestIssuer::AUDIENCE).max_stale(MAX_STALE);
    builder.clock(move || clock.now())
}

pub(crate) fn options(url: &str) -> RefreshOptions {
    RefreshOptions::new(url).api_key(API_KEY)
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        Self::with(|options| options).await
    }

    pub(crate) async fn with(change: impl FnOnce(RefreshOptions) -> RefreshOptions) -> Self {
        let issuer = TestIssuer::new();
        let server = issuer.serve().await;
        let observing = WatchingObserver::default();
        let observed = observing.observed();
        let builder = builder(&issuer).revocations(StaleRevocations::Refuse).observer(observing);
        let verifier = builder.build().unwrap();
        let refresh = verifier.start_refresh(change(options(server.url()))).unwrap();
        refresh.ready().await;
        Self { issuer, server, verifier, refresh, observed }
    }

    pub(crate) async fn is_accepted(&self, token: &str) -> bool {
        self.verifier.check_fresh(token).await.is_ok()
    }

    /// Waits until the observer was told so.
    pub(crate) async fn until(&mut self, is_so: impl Fn(&Observed) -> bool) {
        self.observed.wait_for(|observed| is_so(observed)).await.unwrap();
    }
}
