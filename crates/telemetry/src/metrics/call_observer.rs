use std::time::Duration;

use strum::{IntoStaticStr, VariantArray};

/// Is told how calls went, for metrics.
pub trait CallObserver: Send + Sync {
    /// Called once for each call, when it has ended; attempts are not told apart.
    fn called(&self, outcome: Outcome, duration: Duration);

    /// Called when the breaker opens and when it closes.
    fn breaker_is_open(&self, is_open: bool);
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    /// With an answer as agreed.
    Success,
    /// The other service did not want it.
    Refused,
    /// The other service could not be reached, did not answer in time, was overloaded, failed, or gave an unusable
    /// answer.
    Failed,
    /// It was not made: the breaker was open, too many calls were under way, or the process was ending.
    NotMade,
}

impl Outcome {
    /// The outcome as the label of a metric.
    pub fn name(self) -> &'static str {
        self.into()
    }
}
