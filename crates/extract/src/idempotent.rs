use std::future::Future;
use std::pin::Pin;

use actix_web::body::to_bytes;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, LOCATION};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, Responder};
use ore_domain::AuditOrigin;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{RequestBody, parse_body};
use ore_services::{Claim, Services};
use ore_web::state::ApiState;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{PageForm, body};

/// draft-ietf-httpapi-idempotency-key-header-07, 2.1.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The form field with the key.
const FORM_KEY: &str = "idempotency_key";
const MAX_KEY_LENGTH: usize = 255;

/// The headers that are stored with an answer.
const STORED_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// The body of a call that creates something. With an `Idempotency-Key` the call is carried out once, even if the
/// client sends it again.
pub struct Idempotent<T> {
    body: T,
    call: Option<KeyedCall>,
    request: HttpRequest,
}

/// The key of a call and the text of its body.
struct KeyedCall {
    key: String,
    /// The text may contain a password.
    body: Zeroizing<String>,
}

/// A stored answer.
#[derive(Serialize, Deserialize)]
struct StoredAnswer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl<T: RequestBody + 'static> FromRequest for Idempotent<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let key = key_of(&request)?;
            let bytes = body::read_json(&request, payload).await?;
            let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
            let body = parse_body(&bytes, &state.body_rules)?;
            let call =
                key.map(|key| KeyedCall { key, body: Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned()) });
            Ok(Self { body, call, request })
        })
    }
}

impl<T> Idempotent<T> {
    /// The answer of `make`, or the stored answer to the same call of this caller.
    ///
    /// # Errors
    /// The errors of `make`, which are not stored; [`Problem::CallRunning`] while the same call runs,
    /// [`Problem::IdempotencyKeyReused`] for another body with the same key.
    pub async fn answer<R: Responder, F>(
        self,
        services: &Services,
        caller: &AuditOrigin,
        make: impl FnOnce(T) -> F,
    ) -> Result<HttpResponse, ApiError>
    where
        F: Future<Output = Result<R, ApiError>>,
    {
        let Self { body, call, request } = self;
        let respond = |reply: R| reply.respond_to(&request).map_into_boxed_body();
        let Some(KeyedCall { key, body: text }) = call else { return Ok(respond(make(body).await?)) };
        let caller = caller.actor.as_ref().map(ToString::to_string).unwrap_or_default();
        // The path and not its template: creating something below one object is not the same call as below another.
        let claimed = match services.idempotency.claim(&caller, request.path(), &key, &text).await? {
            Claim::Done(answer) => return replay(&answer),
            Claim::New(claimed) => claimed,
        };
        match make(body).await {
            Ok(reply) => {
                let (answer, response) = serialize(respond(reply)).await?;
                // The call has succeeded, and the client gets that answer.
                if let Err(error) = services.idempotency.finish(claimed, &answer).await {
                    tracing::error!(exception = %error, "The answer of a call could not be kept for its Idempotency-Key");
                }
                Ok(response)
            }
            Err(error) => {
                // The claim expires soon by itself. The client needs the reason of the refusal.
                if let Err(fault) = services.idempotency.release(claimed).await {
                    tracing::error!(exception = %fault, "A refused call could not be released for its Idempotency-Key");
                }
                Err(error)
            }
        }
    }
}

/// As [`Idempotent::answer`], for a form that has its key in the field `idempotency_key`.
///
/// # Errors
/// As [`Idempotent::answer`].
pub async fn answer_idempotent_form<R: Responder, F>(
    form: &PageForm,
    request: &HttpRequest,
    services: &Services,
    caller: &AuditOrigin,
    make: impl FnOnce() -> F,
) -> Result<HttpResponse, ApiError>
where
    F: Future<Output = Result<R, ApiError>>,
{
    let key = form.get(FORM_KEY).filter(|key| is_key(key));
    let call = key.map(|key| KeyedCall { key: key.to_owned(), body: form.text() });
    let idempotent = Idempotent { body: (), call, request: request.clone() };
    idempotent.answer(services, caller, |()| make()).await
}

fn is_key(key: &str) -> bool {
    (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
}

fn key_of(request: &HttpRequest) -> Result<Option<String>, ApiError> {
    let mut values = request.headers().get_all(IDEMPOTENCY_KEY);
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if is_key(key) && values.next().is_none() { Ok(Some(key.to_owned())) } else { Err(Problem::BadRequest.into()) }
}

/// The answer, as it is stored and as it is sent.
async fn serialize(response: HttpResponse) -> Result<(Vec<u8>, HttpResponse), ApiError> {
    let failed = |error: String| ApiError::caused(Problem::InternalError, error);
    let (head, body) = response.into_parts();
    let body = to_bytes(body).await.map_err(|error| failed(error.to_string()))?;
    let header = |name: &HeaderName| Some((name.to_string(), head.headers().get(name)?.to_str().ok()?.to_owned()));
    let stored = StoredAnswer {
        status: head.status().as_u16(),
        headers: STORED_HEADERS.iter().filter_map(header).collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let answer = serde_json::to_vec(&stored).map_err(|error| failed(error.to_string()))?;
    Ok((answer, head.set_body(body).map_into_boxed_body()))
}

fn replay(answer: &[u8]) -> Result<HttpResponse, ApiError> {
    let failed = |cause: String| ApiError::caused(Problem::InternalError, cause);
    let stored: StoredAnswer = serde_json::from_slice(answer).map_err(|error| failed(error.to_string()))?;
    let status = StatusCode::from_u16(stored.status).map_err(|error| failed(error.to_string()))?;
    let mut response = HttpResponse::build(status);
    for (name, value) in stored.headers {
        response.insert_header((name, value));
    }
    Ok(response.insert_header((REPLAYED, "true")).body(stored.body))
}

impl<T> DeclaresProblems for Idempotent<T> {
    fn problems() -> Vec<Problem> {
        let mut problems = super::Body::<T>::problems();
        problems.extend([Problem::CallRunning, Problem::IdempotencyKeyReused]);
        problems
    }
}
