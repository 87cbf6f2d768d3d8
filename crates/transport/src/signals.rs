use std::io::{self, IsTerminal};
use std::time::Duration;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// One wish to end may arrive twice: a terminal signals its whole group, and a wrapper in it (`timeout`, `npm`) hands
/// on what it got. A second wish of an hurried operator takes longer than this.
const SAME_WISH: Duration = Duration::from_secs(1);

/// The signals that end the process.
#[derive(Default)]
pub struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
    quit: Option<Signal>,
    /// The wish of the program that the server runs in.
    stop: Option<oneshot::Receiver<()>>,
    /// SIGHUP where it means that the terminal was closed.
    closed: Option<Signal>,
    /// SIGHUP where it does not: files are to be read again.
    hang_ups: Option<Signal>,
    /// When the first one came.
    first: Option<Instant>,
}

impl Signals {
    /// From now on no signal that is meant for the process ends it by itself: SIGTERM, SIGINT and SIGQUIT ask for a
    /// drain; SIGHUP too where standard input is a terminal, which was closed then, and elsewhere it has files read again;
    /// SIGUSR1 and SIGUSR2 mean nothing.
    ///
    /// # Errors
    /// When the operating system takes no handler.
    pub fn listen() -> io::Result<Self> {
        // A handler stays for as long as the process lives.
        drop((signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?));
        let hang_up = signal(SignalKind::hangup())?;
        let (closed, hang_ups) = if io::stdin().is_terminal() { (Some(hang_up), None) } else { (None, Some(hang_up)) };
        Ok(Self {
            terminate: Some(signal(SignalKind::terminate())?),
            interrupt: Some(signal(SignalKind::interrupt())?),
            quit: Some(signal(SignalKind::quit())?),
            stop: None,
            closed,
            hang_ups,
            first: None,
        })
    }

    /// For a server inside another program, which keeps its own signals. Sending to it, or dropping the sender, asks for a
    /// drain.
    pub fn of_program() -> (oneshot::Sender<()>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self { stop: Some(receiver), ..Self::default() })
    }

    /// The signal that asks for files to be read again, for the one who reads them.
    pub fn hang_ups(&mut self) -> Option<Signal> {
        self.hang_ups.take()
    }

    /// The first signal, and then each that comes later than a second after it.
    pub async fn next(&mut self) {
        loop {
            tokio::select! {
                () = received(&mut self.terminate) => {}
                () = received(&mut self.interrupt) => {}
                () = received(&mut self.quit) => {}
                () = received(&mut self.closed) => {}
                () = stopped(&mut self.stop) => {}
            }
            if self.first.is_none_or(|first| first.elapsed() >= SAME_WISH) {
                self.first.get_or_insert_with(Instant::now);
                return;
            }
        }
    }
}

/// Has a file that grows beyond `RLIMIT_FSIZE` fail to be written, which is a fault of one call (`EFBIG`), instead of
/// ending the process.
///
/// # Errors
/// When the operating system takes no handler.
pub fn outlive_file_size_limit() -> io::Result<()> {
    // Not SIG_IGN, which takes `unsafe` and which a process that is started from here would inherit.
    signal(SignalKind::from_raw(Number::XFSZ.as_raw())).map(drop)
}

/// Waits for the wish, which comes once.
async fn stopped(stop: &mut Option<oneshot::Receiver<()>>) {
    if let Some(wish) = stop {
        let _ = wish.await;
        *stop = None;
        return;
    }
    std::future::pending::<()>().await;
}

/// Waits for the next one; for ever where none is listened for.
pub(super) async fn received(signal: &mut Option<Signal>) {
    if let Some(signal) = signal
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending::<()>().await;
}
