use std::num::NonZeroU32;

/// A number of requests at once, then a number per minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitPolicy {
    /// The name of the limit for clients: ASCII letters, digits and hyphens.
    pub name: &'static str,
    /// Requests at once, after a rest.
    pub burst: NonZeroU32,
    /// Requests a minute that go on being carried out.
    pub per_minute: NonZeroU32,
}

impl RateLimitPolicy {
    /// How long a rest gives the whole burst back, in whole seconds, rounded up.
    pub fn window_seconds(&self) -> u64 {
        (u64::from(self.burst.get()) * 60).div_ceil(self.per_minute.get().into())
    }
}
