use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::connection_state::{Phase, ReadLimit};
use super::input_buffer::InputBuffer;
use super::timer::Timer;
use super::{ConnectionGuard, ConnectionState, ConnectionTimeouts, Transport};

/// Twice the limit of a head. So a head that is a little too large is still read, and refused where requests are
/// logged.
const MAX_UNFINISHED_HEAD_BYTES: usize = 32 * 1024;
/// The time for which a new connection without any bytes is kept when the process ends: a load balancer may have opened
/// it for a request that is on its way.
const FIRST_WORD: Duration = Duration::from_secs(2);
/// The time for which further bytes of the client are discarded after the end. Closing at once would reset the
/// connection, and the client might lose its last answer (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(1);

/// A connection with deadlines. If the client is too slow, the stream answers if necessary and then ends, for the
/// client and for the HTTP parser above.
///
/// The parser reads, acts on the bytes, and then flushes. So at each flush it is known what the client still has to
/// send.
pub(crate) struct ClientStream {
    transport: Transport,
    /// The address of the peer, which may be a proxy. The client is unknown, because there may be no request.
    peer: SocketAddr,
    timeouts: ConnectionTimeouts,
    state: Rc<ConnectionState>,
    guard: ConnectionGuard,
    timer: Timer,
    input: InputBuffer,
    /// The request and the part that the client still has to send, as of the last flush.
    expected: (u64, ExpectedInput),
    /// The deadline for it.
    due: Option<Instant>,
    is_overdue: bool,
    /// Whether the parser was woken for waiting bytes, and has not read since.
    is_woken: bool,
    /// The deadline for the client to take some bytes.
    taken_by: Option<Instant>,
    linger: Linger,
    is_read_to_the_end: bool,
}

/// The bytes that the client still has to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExpectedInput {
    /// The beginning of the next request.
    Request,
    /// The rest of a head.
    Head,
    /// The rest of a body.
    Body,
    /// Nothing: the client waits for its answer, as long as that takes.
    Nothing,
}

/// Whether the client may send more bytes than are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Linger {
    No,
    Yes,
    /// Its bytes are discarded until this time.
    Until(Instant),
}

impl ClientStream {
    pub(crate) fn new(
        transport: Transport,
        peer: SocketAddr,
        timeouts: ConnectionTimeouts,
        guard: ConnectionGuard,
    ) -> Self {
        Self {
            transport,
            peer,
            timeouts,
            state: Rc::default(),
            guard,
            timer: Timer::default(),
            input: InputBuffer::default(),
            expected: (0, ExpectedInput::Request),
            due: Some(Instant::now() + timeouts.step),
            is_overdue: false,
            is_woken: false,
            taken_by: None,
            linger: Linger::No,
            is_read_to_the_end: false,
        }
    }

    pub(crate) fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }

    pub(crate) fn state(&self) -> Rc<ConnectionState> {
        Rc::clone(&self.state)
    }

    /// Accepts no more bytes while the client has not taken an earlier answer.
    fn read_limit(&self) -> ReadLimit {
        if self.taken_by.is_some() { ReadLimit::Nothing } else { self.state.read_limit() }
    }

    fn expected(&self) -> ExpectedInput {
        match self.state.phase() {
            Phase::Head if self.input.head_has_begun() => ExpectedInput::Head,
            Phase::Head => ExpectedInput::Request,
            Phase::Body { .. } => ExpectedInput::Body,
            Phase::Answer | Phase::Closing { .. } => ExpectedInput::Nothing,
        }
    }

    /// Called after the parser has acted: finds what the client still has to send, and whether that is overdue. Wakes
    /// the parser for bytes that it may read now.
    fn settle(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.is_read_to_the_end {
            return Ok(());
        }
        self.state.parser_has_acted();
        self.follow();
        let is_ending = self.is_ending(context);
        let is_over = self.due.is_some_and(|due| self.timer.is_over(due, context));
        if is_over && self.is_overdue {
            // The parser was woken to read the end of the connection, and has not done so for as long again.
            return Err(io::ErrorKind::TimedOut.into());
        }
        if is_over {
            self.is_overdue = true;
            self.due = Some(Instant::now() + self.timeouts.step);
        }
        self.is_read_to_the_end = matches!(self.state.phase(), Phase::Closing { .. });
        let has_more = self.input.is_waiting() && !self.is_woken && self.read_limit() != ReadLimit::Nothing;
        if is_over || is_ending || self.is_read_to_the_end || has_more {
            self.is_woken = true;
            context.waker().wake_by_ref();
        }
        Ok(())
    }

    /// Starts the deadline for the bytes that the client still has to send. For the first head it starts with the
    /// connection.
    fn follow(&mut self) {
        let now = (self.state.requests(), self.expected());
        if now == self.expected {
            return;
        }
        self.expected = now;
        self.is_overdue = false;
        match now {
            (_, ExpectedInput::Nothing) => self.due = None,
            (0, ExpectedInput::Request | ExpectedInput::Head) => {}
            (_, ExpectedInput::Request) => self.due = Some(Instant::now() + self.timeouts.idle),
            (_, ExpectedInput::Head | ExpectedInput::Body) => self.due = Some(Instant::now() + self.timeouts.step),
        }
    }

    /// Whether the connection is to be closed because the process ends and no bytes have come. An unused connection
    /// gets a little time.
    fn is_ending(&mut self, context: &mut Context<'_>) -> bool {
        let is_idle = self.expected() == ExpectedInput::Request && !self.input.is_waiting();
        let is_ending = is_idle && self.guard.is_ending(context);
        if is_ending && self.state.requests() == 0 {
            let first_word_by = Instant::now() + FIRST_WORD;
            self.due = self.due.map(|due| due.min(first_word_by));
            return false;
        }
        is_ending
    }

    /// The client did not send the rest of its request in time.
    fn give_up(&mut self) {
        let expected = self.expected.1;
        let client = self.peer.ip();
        tracing::debug!(place = ?expected, %client, "A connection is closed: its client was too slow to send");
        self.linger = if expected == ExpectedInput::Request { Linger::No } else { Linger::Yes };
        self.is_read_to_the_end = true;
        self.is_overdue = false;
        match expected {
            ExpectedInput::Head => self.refuse(StatusCode::REQUEST_TIMEOUT),
            // The reader of the body writes the answer.
            ExpectedInput::Body => self.state.give_up_body(),
            ExpectedInput::Request | ExpectedInput::Nothing => {}
        }
    }

    /// Answers an incomplete head, unless the client would take that for the answer to an earlier request.
    fn refuse(&mut self, status: StatusCode) {
        if self.taken_by.is_none() {
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // One attempt is enough, because the buffer of the kernel is empty.
            let mut no_one = Context::from_waker(std::task::Waker::noop());
            let _ = Pin::new(&mut self.transport).poll_write(&mut no_one, answer.as_bytes());
        }
    }

    /// The status with which the parser refuses an incomplete head. Nobody else answers before a request has started.
    fn refused_by_parser(&self, answer: &[u8]) -> Option<StatusCode> {
        let has_head = self.input.head_has_begun() || self.state.read_limit() == ReadLimit::Nothing;
        let status = answer.get(b"HTTP/1.1 ".len()..).and_then(|rest| rest.get(..3));
        status
            .filter(|_| has_head && self.state.phase() == Phase::Head)
            .and_then(|code| StatusCode::from_bytes(code).ok())
    }

    /// Waits for a client that takes no bytes, up to the deadline.
    fn poll_taken<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let taken_by = *self.taken_by.get_or_insert_with(|| Instant::now() + self.timeouts.step);
        if !self.timer.is_over(taken_by, context) {
            return Poll::Pending;
        }
        tracing::debug!(client = %self.peer.ip(), "A connection is closed: its client did not take the answer");
        self.transport.abandon();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let until = if let Linger::Until(until) = self.linger { until } else { Instant::now() + LINGER };
        self.linger = Linger::Until(until);
        let mut unwanted = [0; 4096];
        while !self.timer.is_over(until, context) {
            let mut buffer = ReadBuf::new(&mut unwanted);
            let read = ready!(Pin::new(&mut self.transport).poll_read(context, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.is_woken = false;
        if this.is_overdue && this.expected.1 != ExpectedInput::Request {
            this.give_up();
        }
        if this.is_read_to_the_end {
            return Poll::Ready(Ok(()));
        }
        if this.read_limit() == ReadLimit::Nothing {
            this.input.read_ahead(&mut this.transport, context, buffer)?;
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        match this.input.poll_hand_out(&mut this.transport, context, buffer, &this.state) {
            Poll::Pending if this.is_overdue => this.give_up(),
            Poll::Pending if this.is_ending(context) => this.is_read_to_the_end = true,
            Poll::Ready(Ok(())) if buffer.filled().len() == before => this.is_read_to_the_end = true,
            Poll::Ready(Ok(())) if this.state.phase() != Phase::Head => {}
            Poll::Ready(Ok(())) if this.input.head_bytes() > MAX_UNFINISHED_HEAD_BYTES => {
                buffer.set_filled(before);
                this.linger = Linger::Yes;
                this.refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
                this.is_read_to_the_end = true;
            }
            other => return other,
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Some(status) = this.refused_by_parser(bytes) {
            // The parser says that this answer is the last only if it is also the first.
            this.refuse(status);
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut this.transport).poll_write(context, bytes);
        if written.is_pending() {
            return this.poll_taken(context);
        }
        this.taken_by = None;
        written
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.transport).poll_flush(context);
        if flushed.is_pending() {
            return this.poll_taken(context);
        }
        this.taken_by = None;
        this.settle(context)?;
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.is_read_to_the_end = true;
        let shut = Pin::new(&mut this.transport).poll_shutdown(context);
        if shut.is_pending() {
            return this.poll_taken(context);
        }
        let is_unread = this.state.phase() == Phase::Closing { body_is_unread: true };
        if this.linger != Linger::No || is_unread || this.input.holds_bytes() {
            this.poll_linger(context)
        } else {
            shut
        }
    }
}
