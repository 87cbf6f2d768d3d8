use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::framing::{Framing, Place};
use super::timer::Timer;
use super::{Exchange, Membership, Terms, Transport};

/// Twice what a head may have: one that is a little too large is still read, and refused where requests are logged.
const MAX_UNFINISHED_HEAD_BYTES: usize = 32 * 1024;
/// How long a new connection whose client has not spoken yet is kept when the process ends: a load balancer may have
/// opened it for a request that is on its way.
const FIRST_WORD: Duration = Duration::from_secs(2);
/// How long what a client still sends is thrown away after the end: closing at once would reset the connection, and
/// the client might lose its last answer (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(1);

/// A client's connection, held to its terms: too slow a client reads the end of its connection, or what is due to it
/// before that, and so does the HTTP parser above.
pub(in crate::server) struct ClientStream {
    transport: Transport,
    /// Behind a proxy it is the proxy: there may be no request to ask for the client.
    peer: SocketAddr,
    terms: Terms,
    framing: Framing,
    exchange: Rc<Exchange>,
    membership: Membership,
    timer: Timer,
    /// When what the client has begun to send must be whole.
    whole_by: Option<Instant>,
    /// When the next request must have begun.
    next_by: Option<Instant>,
    /// When the client must have taken something.
    taken_by: Option<Instant>,
    /// Whether the client may send more than is read.
    lingers: bool,
    lingers_until: Option<Instant>,
    is_read_to_the_end: bool,
}

impl ClientStream {
    pub(in crate::server) fn new(transport: Transport, peer: SocketAddr, terms: Terms, membership: Membership) -> Self {
        Self {
            transport,
            peer,
            terms,
            framing: Framing::new(),
            exchange: Rc::default(),
            membership,
            timer: Timer::default(),
            whole_by: Some(Instant::now() + terms.step),
            next_by: None,
            taken_by: None,
            lingers: false,
            lingers_until: None,
            is_read_to_the_end: false,
        }
    }

    pub(in crate::server) fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }

    pub(in crate::server) fn exchange(&self) -> Rc<Exchange> {
        Rc::clone(&self.exchange)
    }

    /// Notes what the client sent, and when the rest of it is due.
    fn follow(&mut self, bytes: &[u8]) {
        let before = (self.framing.heads(), self.framing.place());
        self.framing.advance(bytes);
        let now = (self.framing.heads(), self.framing.place());
        if now == before {
            return;
        }
        self.next_by = None;
        match now {
            // The first head is due since the connection was made.
            (0, _) => {}
            (_, Place::Between) => self.whole_by = None,
            _ => self.whole_by = Some(Instant::now() + self.terms.step),
        }
    }

    /// Whether every answer that is due has been sent.
    fn owes_nothing(&self) -> bool {
        self.exchange.answers() == self.framing.heads() && self.taken_by.is_none()
    }

    /// Whether waiting for the client must end now; the task is woken when it must later.
    fn has_waited_enough(&mut self, context: &mut Context<'_>) -> bool {
        if self.framing.place() == Place::Between && self.membership.is_ending(context) {
            if self.framing.heads() > 0 {
                self.lingers = !self.owes_nothing();
                return true;
            }
            let first_word_by = Instant::now() + FIRST_WORD;
            self.whole_by = self.whole_by.map(|deadline| deadline.min(first_word_by));
        }
        if self.whole_by.is_some_and(|deadline| self.timer.is_over(deadline, context)) {
            self.give_up();
            return true;
        }
        self.is_idle_for_too_long(context)
    }

    /// A client may wait for its answer as long as it takes; only after that its connection is idle.
    fn is_idle_for_too_long(&mut self, context: &mut Context<'_>) -> bool {
        if self.framing.heads() == 0 || self.framing.place() != Place::Between || !self.owes_nothing() {
            return false;
        }
        let next_by = *self.next_by.get_or_insert_with(|| Instant::now() + self.terms.idle);
        self.timer.is_over(next_by, context)
    }

    /// The client did not send the rest of its request in time.
    fn give_up(&mut self) {
        let place = self.framing.place();
        tracing::debug!(?place, client = %self.peer.ip(), "A connection is closed: its client was too slow to send");
        self.lingers = true;
        match place {
            Place::Between => {}
            Place::Head => self.refuse(StatusCode::REQUEST_TIMEOUT),
            // Whoever reads the body writes the answer.
            Place::Body => self.exchange.give_up_the_body(),
        }
    }

    /// Answers a head that is not whole, unless the client would take that for the answer to a request before it.
    fn refuse(&mut self, status: StatusCode) {
        if self.owes_nothing() {
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            // One attempt is enough: nothing else waits in the kernel's buffer.
            let mut no_one = Context::from_waker(std::task::Waker::noop());
            let _ = Pin::new(&mut self.transport).poll_write(&mut no_one, answer.as_bytes());
        }
    }

    /// Waits for a client that takes nothing, but not for ever.
    fn poll_taken<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        let taken_by = *self.taken_by.get_or_insert_with(|| Instant::now() + self.terms.step);
        if !self.timer.is_over(taken_by, context) {
            return Poll::Pending;
        }
        tracing::debug!(client = %self.peer.ip(), "A connection is closed: its client did not take the answer");
        self.transport.abandon();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let until = *self.lingers_until.get_or_insert_with(|| Instant::now() + LINGER);
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
        if this.is_read_to_the_end {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        match Pin::new(&mut this.transport).poll_read(context, buffer) {
            Poll::Ready(Ok(())) => {
                this.follow(&buffer.filled()[before..]);
                if this.framing.head_bytes() > MAX_UNFINISHED_HEAD_BYTES {
                    buffer.set_filled(before);
                    this.lingers = true;
                    this.refuse(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
                    this.is_read_to_the_end = true;
                } else if this.whole_by.is_some_and(|deadline| deadline <= Instant::now()) {
                    // Never pausing buys no time either.
                    this.give_up();
                    this.is_read_to_the_end = true;
                }
                Poll::Ready(Ok(()))
            }
            Poll::Pending if this.has_waited_enough(context) => {
                this.is_read_to_the_end = true;
                Poll::Ready(Ok(()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
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
        // The parser flushes when it is done, and reads no more until it is woken.
        if this.is_idle_for_too_long(context) {
            context.waker().wake_by_ref();
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let shut = Pin::new(&mut this.transport).poll_shutdown(context);
        if shut.is_pending() {
            return this.poll_taken(context);
        }
        if this.lingers { this.poll_linger(context) } else { shut }
    }
}
