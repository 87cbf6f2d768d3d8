use std::sync::{Arc, Mutex};
use std::time::Duration;

use ore_testkit_issuer::TestIssuer;
use ore_verifier::{Caller, FeedUpdate, KeySetUpdate, Observer, Reason, StaleRevocations, Verifier, VerifierBuilder};

/// How old keys and revocations may be in these tests.
pub(crate) const MAX_STALE: Duration = Duration::from_hours(1);

/// An issuer, and a verifier that has its keys.
pub(crate) struct Fixture {
    pub(crate) issuer: TestIssuer,
    pub(crate) verifier: Verifier,
}

pub(crate) fn builder() -> VerifierBuilder {
    Verifier::builder(TestIssuer::ISSUER).audience(TestIssuer::AUDIENCE).max_stale(MAX_STALE)
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(TestIssuer::new(), builder())
    }

    pub(crate) fn with_revocations(when_stale: StaleRevocations) -> Self {
        let fixture = Self::with(TestIssuer::new(), builder().revocations(when_stale));
        fixture.poll();
        fixture
    }

    pub(crate) fn with(issuer: TestIssuer, builder: VerifierBuilder) -> Self {
        let fixture = Self { issuer, verifier: builder.build().unwrap() };
        fixture.fetch_keys();
        fixture
    }

    pub(crate) fn fetch_keys(&self) -> KeySetUpdate {
        self.verifier.replace_keys(self.issuer.jwks().as_bytes(), self.issuer.now()).unwrap()
    }

    pub(crate) fn poll(&self) -> FeedUpdate {
        let answer = match self.verifier.revocations_cursor() {
            Some(since) => self.issuer.revocations_since(&since),
            None => self.issuer.revocations(),
        };
        self.verifier.apply_revocations(answer.as_bytes(), self.issuer.now()).unwrap()
    }

    pub(crate) fn check(&self, token: &str) -> Result<Caller, Reason> {
        self.verifier.check(token, self.issuer.now())
    }

    pub(crate) fn refusal(&self, token: &str) -> Option<Reason> {
        self.check(token).err()
    }
}

/// Keeps what it is told.
#[derive(Clone, Default)]
pub(crate) struct RecordingObserver(pub(crate) Arc<Mutex<Vec<String>>>);

impl Observer for RecordingObserver {
    fn checked(&self, outcome: Result<(), Reason>) {
        self.0.lock().unwrap().push(outcome.map_or_else(Reason::name, |()| "accepted").to_owned());
    }

    fn keys_replaced(&self, update: KeySetUpdate) {
        self.0.lock().unwrap().push(format!("{} keys, {} skipped", update.accepted, update.skipped));
    }

    fn revocations_applied(&self, update: &FeedUpdate) {
        self.0.lock().unwrap().push(format!("{} revocations", update.received));
    }
}
