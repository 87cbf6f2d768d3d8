use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Select, Sender, TryRecvError, TrySendError, bounded};
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

use super::log_context::LogContext;
use crate::metrics::LogMetrics;

/// Lines written between two looks at the important ones that had no room.
const BATCH: usize = 1024;

/// How long the thread that writes rests once it has written all there was. A request whose line finds it resting need
/// not wake it, which would cost more than the line.
const REST: Duration = Duration::from_millis(5);

/// How long the end of the process waits for a reader to take what is left.
const LAST_LINES: Duration = Duration::from_secs(1);

/// How many lines wait for a slow reader.
#[derive(Debug, Clone, Copy)]
pub(super) struct BufferLimits {
    /// Lines of any kind.
    pub(super) lines: usize,
    /// Important lines beyond those.
    pub(super) important: usize,
    /// How long a thread waits for room for an important line, once until the reader takes something again.
    pub(super) wait: Duration,
}

/// Hands lines over to the thread that writes.
pub(super) struct LineSender {
    lines: Sender<Vec<u8>>,
    important: Sender<Vec<u8>>,
    wait: Duration,
    is_stuck: Arc<AtomicBool>,
    metrics: LogMetrics,
}

/// Dropping it writes what waits.
#[derive(Debug)]
pub struct LogGuard {
    end: Option<Sender<()>>,
    done: Receiver<()>,
}

/// Writes lines to `output` from a thread of its own.
pub(super) fn start(
    output: impl Write + Send + 'static,
    limits: BufferLimits,
    metrics: LogMetrics,
) -> io::Result<(LineSender, LogGuard)> {
    let ((lines, to_write), (important, important_to_write)) = (bounded(limits.lines), bounded(limits.important));
    let ((end, ended), (finished, done)) = (bounded::<()>(0), bounded::<()>(0));
    let is_stuck = Arc::new(AtomicBool::new(false));
    let mut writer =
        LineWriter { output, lines: to_write, important: important_to_write, is_stuck: Arc::clone(&is_stuck) };
    thread::Builder::new().name("log".to_owned()).spawn(move || {
        writer.run(&ended);
        drop(finished);
    })?;
    let sender = LineSender { lines, important, wait: limits.wait, is_stuck, metrics };
    Ok((sender, LogGuard { end: Some(end), done }))
}

impl LineSender {
    fn send(&self, line: &[u8], is_important: bool) {
        match self.lines.try_send(line.to_vec()) {
            Err(TrySendError::Full(line)) if is_important => self.send_important(line),
            Err(_) => self.metrics.drop_line(is_important),
            Ok(()) => {}
        }
    }

    /// Has the thread wait where it must, but not for a reader that takes nothing at all.
    fn send_important(&self, line: Vec<u8>) {
        let Err(refused) = self.important.try_send(line) else { return };
        let is_stuck = self.is_stuck.load(Ordering::Relaxed);
        if is_stuck || self.important.send_timeout(refused.into_inner(), self.wait).is_err() {
            self.is_stuck.store(true, Ordering::Relaxed);
            self.metrics.drop_line(true);
        }
    }
}

impl<'a> MakeWriter<'a> for LineSender {
    type Writer = LineHandle<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        LineHandle { sender: self, is_important: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Self::Writer {
        let is_important = *line.level() <= Level::WARN || LogContext::presents_credentials();
        LineHandle { sender: self, is_important }
    }
}

/// Takes one line.
pub(super) struct LineHandle<'a> {
    sender: &'a LineSender,
    is_important: bool,
}

impl Write for LineHandle<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.sender.send(line, self.is_important);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct LineWriter<W> {
    output: W,
    lines: Receiver<Vec<u8>>,
    important: Receiver<Vec<u8>>,
    is_stuck: Arc<AtomicBool>,
}

impl<W: Write> LineWriter<W> {
    fn run(&mut self, end: &Receiver<()>) {
        loop {
            self.wait(end);
            let is_over = end.try_recv() == Err(TryRecvError::Disconnected);
            while self.write_some() {}
            let _ = self.output.flush();
            if is_over {
                return;
            }
            thread::sleep(REST);
        }
    }

    fn wait(&self, end: &Receiver<()>) {
        let mut select = Select::new();
        select.recv(&self.lines);
        select.recv(&self.important);
        select.recv(end);
        select.ready();
    }

    /// Whether there was anything. What cannot be written is lost: there is nobody to tell.
    fn write_some(&mut self) -> bool {
        let mut is_any = false;
        for line in self.lines.try_iter().take(BATCH).chain(self.important.try_iter().take(BATCH)) {
            let _ = self.output.write_all(&line);
            is_any = true;
        }
        self.is_stuck.store(false, Ordering::Relaxed);
        is_any
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        drop(self.end.take());
        let _ = self.done.recv_timeout(LAST_LINES);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, PoisonError};
    use std::time::Instant;

    use super::*;

    /// Takes nothing until it is opened.
    #[derive(Clone)]
    struct Gate {
        reached: Sender<()>,
        opened: Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.reached.try_send(());
            let _ = self.opened.recv();
            self.written.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Closed {
        sender: LineSender,
        guard: LogGuard,
        open: Sender<()>,
        gate: Gate,
        metrics: LogMetrics,
    }

    /// With a reader that takes nothing. One line is with the writer, so that it cannot free any room.
    fn closed(limits: BufferLimits) -> Closed {
        let ((open, opened), (reached, is_reached)) = (bounded(0), bounded(1));
        let gate = Gate { reached, opened, written: Arc::default() };
        let metrics = LogMetrics::new().unwrap();
        let (sender, guard) = start(gate.clone(), limits, metrics.clone()).unwrap();
        sender.send(b"first\n", false);
        is_reached.recv().unwrap();
        Closed { sender, guard, open, gate, metrics }
    }

    const ROOM: BufferLimits = BufferLimits { lines: 3, important: 4, wait: Duration::from_millis(200) };

    impl Closed {
        fn written_once_opened(self) -> String {
            drop(self.open);
            drop(self.guard);
            String::from_utf8(self.gate.written.lock().unwrap().clone()).unwrap()
        }
    }

    #[test]
    fn what_has_no_room_is_counted_and_important_lines_have_room_of_their_own() {
        let closed = closed(ROOM);
        for number in 0..5 {
            closed.sender.send(format!("ordinary {number}\n").as_bytes(), false);
            if number > 2 {
                closed.sender.send(format!("important {number}\n").as_bytes(), true);
            }
        }
        assert_eq!(closed.metrics.dropped(), [2, 0]);
        let written = closed.written_once_opened();
        assert_eq!(written, "first\nordinary 0\nordinary 1\nordinary 2\nimportant 3\nimportant 4\n");
    }

    #[test]
    fn an_important_line_waits_for_room_and_is_written() {
        let closed = closed(BufferLimits { wait: Duration::from_mins(1), ..ROOM });
        (0..7).for_each(|_| closed.sender.send(b"important\n", true));
        assert!(closed.sender.lines.is_full() && closed.sender.important.is_full());
        thread::scope(|scope| {
            scope.spawn(|| (7..20).for_each(|_| closed.sender.send(b"important\n", true)));
            (0..21).for_each(|_| closed.open.send(()).unwrap());
        });
        assert_eq!(closed.metrics.dropped(), [0, 0]);
        assert_eq!(closed.written_once_opened().lines().count(), 21);
    }

    #[test]
    fn nobody_waits_twice_for_a_reader_that_takes_nothing() {
        let closed = closed(ROOM);
        let began = Instant::now();
        (0..57).for_each(|_| closed.sender.send(b"important\n", true));
        assert_eq!(closed.metrics.dropped(), [0, 50]);
        assert!((ROOM.wait..ROOM.wait * 25).contains(&began.elapsed()), "{:?}", began.elapsed());
        assert!(closed.sender.is_stuck.load(Ordering::Relaxed));
        assert_eq!(closed.written_once_opened().lines().count(), 8);
    }
}
