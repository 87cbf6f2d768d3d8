use tokio::sync::watch;

use crate::Source;

/// Tells who waits what has been read.
#[derive(Clone)]
pub(super) struct Progress(watch::Sender<Read>);

#[derive(Default)]
struct Read {
    keys: bool,
    revocations: bool,
}

impl Progress {
    pub(super) fn new(expects_revocations: bool) -> Self {
        Self(watch::Sender::new(Read { keys: false, revocations: !expects_revocations }))
    }

    pub(super) fn record(&self, source: Source) {
        self.0.send_modify(|read| match source {
            Source::Keys => read.keys = true,
            Source::Revocations => read.revocations = true,
            Source::Directory => {}
        });
    }

    /// Waits until everything that is expected has been read once.
    pub(super) async fn complete(&self) {
        // The sender is held here, so that the wait cannot fail.
        let _ = self.0.subscribe().wait_for(|read| read.keys && read.revocations).await;
    }
}
