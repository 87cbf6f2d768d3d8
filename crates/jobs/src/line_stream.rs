use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection of which one read takes a line at the most. What somebody between sends in the clear behind the server's
/// consent to STARTTLS so waits in no buffer to be taken for a reply over TLS: it becomes part of the handshake, which
/// fails (RFC 3207, 4.2: what was known before TLS is discarded).
#[derive(Debug)]
pub(crate) struct LineStream(pub(crate) TcpStream);

/// Longer than a line of a reply (RFC 5321, 4.5.3.1.5); a longer one takes several reads.
const MAXIMUM_READ: usize = 1024;

impl AsyncRead for LineStream {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.get_mut().0;
        let mut bytes = [0; MAXIMUM_READ];
        let room = buffer.remaining().min(MAXIMUM_READ);
        let mut ahead = ReadBuf::new(&mut bytes[..room]);
        let length = ready!(stream.poll_peek(context, &mut ahead))?;
        let line = ahead.filled().iter().position(|byte| *byte == b'\n').map_or(length, |end| end + 1);
        let mut read = ReadBuf::new(&mut bytes[..line]);
        ready!(Pin::new(stream).poll_read(context, &mut read))?;
        buffer.put_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for LineStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
