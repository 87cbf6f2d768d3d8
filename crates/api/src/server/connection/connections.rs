use std::pin::Pin;
use std::time::Duration;

use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// Every open connection of the process.
#[derive(Clone, Default)]
pub(in crate::server) struct Connections {
    open: TaskTracker,
    ending: CancellationToken,
}

/// The part of one connection in them.
pub(in crate::server) struct Membership {
    ending: Pin<Box<WaitForCancellationFutureOwned>>,
    _open: TaskTrackerToken,
}

impl Connections {
    pub(in crate::server) fn join(&self) -> Membership {
        Membership { ending: Box::pin(self.ending.clone().cancelled_owned()), _open: self.open.token() }
    }

    /// Has each connection closed as soon as it owes no answer, and waits for that a while.
    pub(in crate::server) async fn end(&self, time: Duration) {
        self.ending.cancel();
        self.open.close();
        let _ = timeout(time, self.open.wait()).await;
    }
}

impl Membership {
    /// Ready once the process wants its connections closed.
    pub(super) fn ending(&mut self) -> Pin<&mut WaitForCancellationFutureOwned> {
        self.ending.as_mut()
    }
}
