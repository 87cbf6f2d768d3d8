use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_http::body::{BodySize, MessageBody};
use actix_http::{Request, Response};
use actix_service::Service;
use actix_web::web::Bytes;
use pin_project_lite::pin_project;

use super::Exchange;

pin_project! {
    /// The body of an answer, which tells the connection when it has been handed over whole.
    pub(in crate::server) struct Answer<B> {
        #[pin]
        body: B,
        end: End,
    }
}

/// actix-http drops a body when it has taken the last of it.
struct End(Option<Rc<Exchange>>);

impl Drop for End {
    fn drop(&mut self) {
        if let Some(exchange) = &self.0 {
            exchange.count_answer();
        }
    }
}

/// Calls the application, and has its answer counted.
pub(in crate::server) fn count_answers<S, B>(
    request: Request,
    application: &S,
) -> impl Future<Output = Result<Response<Answer<B>>, S::Error>> + use<S, B>
where
    S: Service<Request>,
    S::Response: Into<Response<B>>,
{
    let end = End(request.conn_data::<Rc<Exchange>>().map(Rc::clone));
    let answer = application.call(request);
    async move {
        let response: Response<B> = answer.await?.into();
        Ok(response.map_body(|_, body| Answer { body, end }))
    }
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
