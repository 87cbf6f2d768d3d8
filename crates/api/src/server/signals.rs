use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

/// One wish to end may arrive twice: a terminal signals its whole group, and a wrapper in it (`timeout`, `npm`) hands
/// on what it got. Whoever loses patience takes longer than this.
const SAME_WISH: Duration = Duration::from_secs(1);

/// What asks the process to end.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// When the first one came.
    first: Option<Instant>,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt, first: None })
    }

    /// The first signal, and then each that comes later than a second after it.
    pub(super) async fn next(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            if self.first.is_none_or(|first| first.elapsed() >= SAME_WISH) {
                self.first.get_or_insert_with(Instant::now);
                return;
            }
        }
    }
}
