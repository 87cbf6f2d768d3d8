use crate::{Caller, Reason, Verifier};

/// A fetch that was under way may have begun before the key was there, so a second one may be asked for.
#[cfg(feature = "refresh")]
const ATTEMPTS: usize = 2;

impl Verifier {
    /// As [`check`](Self::check), by the verifier's own clock: what the faces for axum and actix-web call.
    ///
    /// With the feature `refresh` and while a [`Refresh`](crate::refresh::Refresh) runs, a token whose key is not known has
    /// the key set fetched at once, and waits for it.
    ///
    /// # Errors
    /// [`Reason`] says why it is refused.
    #[cfg(feature = "refresh")]
    pub async fn check_fresh(&self, token: &str) -> Result<Caller, Reason> {
        let mut outcome = self.shared.check(token, self.now());
        for _ in 0..ATTEMPTS {
            let lacks_keys = outcome.as_ref().err().is_some_and(|reason| lacks_keys(*reason));
            if !lacks_keys || !self.ask_for_keys().await {
                break;
            }
            outcome = self.shared.check(token, self.now());
        }
        self.shared.observe(&outcome);
        outcome
    }

    /// As [`check`](Self::check), by the verifier's own clock: what the faces for axum and actix-web call.
    ///
    /// # Errors
    /// [`Reason`] says why it is refused.
    #[cfg(not(feature = "refresh"))]
    #[expect(clippy::unused_async, reason = "with the feature refresh it waits for a key that is new")]
    pub async fn check_fresh(&self, token: &str) -> Result<Caller, Reason> {
        self.check(token, self.now())
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
