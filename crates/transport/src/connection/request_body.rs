use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::Payload;
use actix_http::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::Stream;

use super::ConnectionState;

/// The body of a request, which tells the connection how far it has been read. One that is late ends with
/// [`io::ErrorKind::TimedOut`].
pub(super) struct RequestBody {
    payload: Payload,
    state: Rc<ConnectionState>,
}

impl RequestBody {
    pub(super) fn wrap(payload: Payload, state: Rc<ConnectionState>) -> Payload {
        Payload::Stream { payload: Box::pin(Self { payload, state }) }
    }
}

impl Stream for RequestBody {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let next = Pin::new(&mut this.payload).poll_next(context);
        match &next {
            Poll::Pending => this.state.body_is_read(),
            Poll::Ready(None) => this.state.end_body(),
            Poll::Ready(Some(Err(_))) if this.state.body_is_late() => {
                let late = io::ErrorKind::TimedOut.into();
                return Poll::Ready(Some(Err(PayloadError::Incomplete(Some(late)))));
            }
            Poll::Ready(Some(_)) => {}
        }
        next
    }
}
