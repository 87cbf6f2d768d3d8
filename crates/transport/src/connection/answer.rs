use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, MessageBody};
use actix_http::{ConnectionType, HttpMessage, Payload, Request, Response};
use actix_service::Service;
use actix_web::web::Bytes;
use pin_project_lite::pin_project;

use super::ConnectionState;
use super::connection_state::Phase;
use super::request_body::RequestBody;
use crate::announced_bytes;

pin_project! {
    /// The body of an answer, which tells the connection when it has been handed over whole.
    pub(in crate) struct Answer<B> {
        #[pin]
        body: B,
        end: AnswerEndGuard,
    }
}

/// actix-http drops a body when it has taken the last of it.
struct AnswerEndGuard(Option<Rc<ConnectionState>>);

impl Drop for AnswerEndGuard {
    fn drop(&mut self) {
        if let Some(state) = &self.0 {
            state.end_answer();
        }
    }
}

/// Calls the application, and tells the connection when the request begins and how far it has come.
pub(crate) fn follow_request<S, B>(
    mut request: Request,
    application: &S,
) -> impl Future<Output = Result<Response<Answer<B>>, S::Error>> + use<S, B>
where
    S: Service<Request>,
    S::Response: Into<Response<B>>,
{
    let end = AnswerEndGuard(request.conn_data::<Rc<ConnectionState>>().map(Rc::clone));
    if let Some(state) = &end.0 {
        begin(&mut request, state);
    }
    let is_last = request.head().connection_type() != ConnectionType::KeepAlive;
    let answer = application.call(request);
    async move {
        let mut response: Response<B> = answer.await?.into();
        if let Some(state) = &end.0
            && (is_last || !response.head().keep_alive() || state.body_is_unread())
        {
            response.head_mut().set_connection_type(ConnectionType::Close);
            state.close_after_answer();
        }
        Ok(response.map_body(|_, body| Answer { body, end }))
    }
}

fn begin(request: &mut Request, state: &Rc<ConnectionState>) {
    let payload = request.take_payload();
    if matches!(payload, Payload::None) {
        state.begin_request(Phase::Answer);
        return;
    }
    let is_in_chunks = request.chunked().unwrap_or(true);
    state.begin_request(Phase::Body { left: announced_bytes(request.headers()).filter(|_| !is_in_chunks) });
    *request.payload() = RequestBody::wrap(payload, Rc::clone(state));
}

impl<B: MessageBody> MessageBody for Answer<B> {
    type Error = B::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.project().body.poll_next(context)
    }
}
