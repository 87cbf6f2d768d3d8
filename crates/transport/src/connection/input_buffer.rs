use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_web::web::BytesMut;
use tokio::io::{AsyncRead, ReadBuf};

use super::Transport;
use super::connection_state::{ConnectionState, ReadLimit};
use super::empty_line::EmptyLine;

/// The bytes from the client on their way to the parser, one request at a time. Bytes behind a request wait here until
/// it is answered.
#[derive(Debug, Default)]
pub(super) struct InputBuffer {
    held: BytesMut,
    has_ended: bool,
    empty_line: EmptyLine,
}

impl InputBuffer {
    /// Whether something is held for the parser, or the client's end.
    pub(super) fn is_waiting(&self) -> bool {
        self.has_ended || self.holds_bytes()
    }

    pub(super) fn holds_bytes(&self) -> bool {
        !self.held.is_empty()
    }

    pub(super) fn head_has_begun(&self) -> bool {
        self.empty_line.has_started()
    }

    /// How many bytes of a head the parser has that is not whole.
    pub(super) fn head_bytes(&self) -> usize {
        self.empty_line.bytes()
    }

    /// Gives the parser nothing, but has the task woken when the client sends something, or holds what has come.
    pub(super) fn read_ahead(
        &mut self,
        transport: &mut Transport,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> io::Result<()> {
        let before = buffer.filled().len();
        if !self.is_waiting()
            && let Poll::Ready(read) = Pin::new(transport).poll_read(context, buffer)
        {
            read?;
            self.held.extend_from_slice(&buffer.filled()[before..]);
            self.has_ended = !self.holds_bytes();
            buffer.set_filled(before);
        }
        Ok(())
    }

    /// Gives the parser what it may have; nothing only at the end of what the client sends.
    pub(super) fn poll_hand_out(
        &mut self,
        transport: &mut Transport,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        state: &ConnectionState,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.holds_bytes() {
            let most = self.held.len().min(buffer.remaining());
            let used = cut(&mut self.empty_line, &self.held[..most], state);
            buffer.put_slice(&self.held.split_to(used));
        } else if !self.has_ended {
            ready!(Pin::new(transport).poll_read(context, buffer))?;
            let read = &buffer.filled()[before..];
            let used = cut(&mut self.empty_line, read, state);
            self.held.extend_from_slice(&read[used..]);
            buffer.set_filled(before + used);
        }
        Poll::Ready(Ok(()))
    }
}

/// How many of the bytes the parser may have, which it is given.
fn cut(empty_line: &mut EmptyLine, bytes: &[u8], state: &ConnectionState) -> usize {
    let (used, may_be_end) = match state.read_limit() {
        ReadLimit::Nothing => (0, false),
        ReadLimit::Bytes(left) => (usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len()), false),
        ReadLimit::EmptyLine => up_to(empty_line.find(bytes), bytes),
        ReadLimit::LineEnd => up_to(bytes.iter().position(|byte| *byte == b'\n').map(|at| at + 1), bytes),
    };
    state.hand_out(used, may_be_end);
    used
}

fn up_to(end: Option<usize>, bytes: &[u8]) -> (usize, bool) {
    (end.unwrap_or(bytes.len()), end.is_some())
}
