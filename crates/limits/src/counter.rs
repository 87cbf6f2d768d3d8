use ore_domain::{BoxFuture, Charges, Decision, StoreError};

/// Keeps what is used up of each limit.
pub trait LimitCounter: Send + Sync {
    /// Charges a call as [`Charges`] says. However many calls come at once, no limit admits more than its quota.
    ///
    /// # Errors
    /// [`StoreError`] when the counter does not answer; what was charged then is unknown.
    fn charge(&self, charges: Charges) -> BoxFuture<'_, Result<Decision, StoreError>>;
}
