use crate::{Caller, Reason, Verifier};

impl Verifier {
    /// As [`check`](Self::check), by the verifier's own clock: what the faces for axum and actix-web call.
    ///
    /// # Errors
    /// [`Reason`] says why it is refused.
    #[expect(clippy::unused_async, reason = "with keys that are refreshed it waits for one that is new")]
    pub async fn check_fresh(&self, token: &str) -> Result<Caller, Reason> {
        self.check(token, self.now())
    }
}
