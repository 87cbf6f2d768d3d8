use crate::{Caller, Reason, Verifier};

/// A fetch that was under way may have begun before the key was there, so a second one may be asked for.
#[cfg(feature = "refresh")]
const ATTEMPTS: usize = 2;

impl Verifier {
    /// As [`check`](Self::check), by the verifier's own clock: what the faces for axum and actix-web call.
    ///
    /// With the feature `refresh` and while a `Refresh` runs, a token whose key is not known has
    /// the key set fetched at once, and waits for it.
    ///
    /// # Errors
    /// [`Reason`] says why it is refused.
    pub async fn check_fresh(&self, token: &str) -> Result<Caller, Reason> {
        let (verifier, outcome) = match self.of_issuer(token) {
            Ok(verifier) => (verifier, verifier.check_own(token).await),
            Err(reason) => (self, Err(reason)),
        };
        verifier.shared.observe(&outcome);
        outcome
    }

    /// A token of the verifier's own issuer.
    #[cfg(feature = "refresh")]
    async fn check_own(&self, token: &str) -> Result<Caller, Reason> {
        let mut outcome = self.shared.check(token, self.now());
        for _ in 0..ATTEMPTS {
            let lacks_keys = outcome.as_ref().err().is_some_and(|reason| lacks_keys(*reason));
            if !lacks_keys || !self.ask_for_keys().await {
                break;
            }
            outcome = self.shared.check(token, self.now());
        }
        outcome
    }

    /// A token of the verifier's own issuer.
    #[cfg(not(feature = "refresh"))]
    #[expect(clippy::unused_async, reason = "with the feature refresh it waits for a key that is new")]
    async fn check_own(&self, token: &str) -> Result<Caller, Reason> {
        self.shared.check(token, self.now())
    }

    #[cfg(feature = "refresh")]
    async fn ask_for_keys(&self) -> bool {
        let requests = self.shared.key_requests.get();
        match requests.as_ref() {
            Some(requests) => requests.ask(self.now()).await,
            None => false,
        }
    }
}

/// A new key may be of an algorithm that the set has none of.
#[cfg(feature = "refresh")]
const fn lacks_keys(reason: Reason) -> bool {
    matches!(reason, Reason::UnknownKey | Reason::WrongAlgorithm | Reason::KeysUnavailable | Reason::KeysStale)
}
