use std::future::Future;
use std::io;

use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use ore_errors::{ApiError, Problem};
use serde::Serialize;

/// A page of a list, and the place where the next one begins, if there is one.
type Read<T, P, E> = Result<(Vec<T>, Option<P>), E>;

/// An answer in JSON with a list that may not fit into memory: its pages are sent as they are read. `json` is all of it
/// but the items of this list, which is the last one that is empty.
///
/// An answer that cannot be sent to its end is cut off, which clients tell.
///
/// # Errors
/// When the first page cannot be read.
pub async fn long_json<T, P, E, F>(
    json: String,
    first: P,
    read: impl FnMut(P) -> F + 'static,
) -> Result<HttpResponse, ApiError>
where
    T: Serialize + 'static,
    P: 'static,
    E: Into<ApiError> + 'static,
    F: Future<Output = Read<T, P, E>> + 'static,
{
    let pieces = pieces(json, first, read).await?;
    Ok(HttpResponse::Ok().insert_header(ContentType::json()).streaming(pieces))
}

/// The head of such an answer, for which nothing is read.
pub fn head_of_long_json() -> HttpResponse {
    HttpResponse::Ok().insert_header(ContentType::json()).streaming(stream::empty::<io::Result<Bytes>>())
}

/// The text of something in JSON.
///
/// # Errors
/// [`Problem::InternalError`] of what JSON cannot tell.
pub fn json_of(value: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(value).map_err(|error| ApiError::caused(Problem::InternalError, error))
}

async fn pieces<T, P, E, F>(
    json: String,
    first: P,
    read: impl FnMut(P) -> F + 'static,
) -> Result<impl Stream<Item = io::Result<Bytes>> + 'static, ApiError>
where
    T: Serialize + 'static,
    P: 'static,
    E: Into<ApiError> + 'static,
    F: Future<Output = Read<T, P, E>> + 'static,
{
    let (begin, end) = json.rsplit_once("[]").ok_or(Problem::InternalError)?;
    let whole = Rest { place: first, read, begin: format!("{begin}["), end: format!("]{end}"), has_items: false };
    let (piece, rest) = whole.piece().await?;
    let following = stream::try_unfold(rest, |rest| async move {
        let Some(rest) = rest else { return Ok(None) };
        rest.piece().await.map(Some).map_err(|error| cut_off(&error))
    });
    Ok(stream::iter([Ok(piece)]).chain(following))
}

/// The text that is still to be sent.
struct Rest<P, R> {
    place: P,
    read: R,
    begin: String,
    end: String,
    has_items: bool,
}

impl<P, R> Rest<P, R> {
    /// The next piece, and what is left then.
    async fn piece<T, E, F>(self) -> Result<(Bytes, Option<Self>), ApiError>
    where
        T: Serialize,
        E: Into<ApiError>,
        R: FnMut(P) -> F,
        F: Future<Output = Read<T, P, E>>,
    {
        let Self { place, mut read, begin, end, mut has_items } = self;
        let (items, next) = read(place).await.map_err(Into::<ApiError>::into)?;
        let mut piece = begin.into_bytes();
        for item in items {
            if has_items {
                piece.push(b',');
            }
            has_items = true;
            let written = serde_json::to_writer(&mut piece, &item);
            written.map_err(|error| ApiError::caused(Problem::InternalError, error))?;
        }
        let Some(place) = next else {
            piece.extend_from_slice(end.as_bytes());
            return Ok((piece.into(), None));
        };
        Ok((piece.into(), Some(Self { place, read, begin: String::new(), end, has_items })))
    }
}

fn cut_off(error: &ApiError) -> io::Error {
    let reason = error.cause().map_or_else(|| error.to_string(), ToString::to_string);
    tracing::warn!(exception = reason, "A download was cut off");
    io::Error::other(reason)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::future::{Ready, ready};
    use std::pin::pin;
    use std::rc::Rc;

    use futures_util::FutureExt;
    use ore_domain::StoreError;

    use super::*;

    /// The pieces with pages from 0 to `last`, and how many of these have been read.
    fn pages(
        json: &str,
        last: u32,
        page: fn(u32) -> Vec<u32>,
    ) -> (impl Stream<Item = io::Result<Bytes>>, Rc<Cell<u32>>) {
        let count = Rc::new(Cell::new(0));
        let counted = Rc::clone(&count);
        let read = move |place| -> Ready<Read<u32, u32, StoreError>> {
            counted.set(counted.get() + 1);
            ready(Ok((page(place), (place < last).then_some(place + 1))))
        };
        let pieces = pieces(json.to_owned(), 0, read).now_or_never().unwrap();
        (pieces.unwrap_or_else(|_| panic!("no list")), count)
    }

    #[test]
    fn a_page_is_read_when_the_one_before_it_was_taken() {
        let (pieces, read) = pages(r#"{"a":[],"b":[],"c":1}"#, 2, |place| vec![place, place]);
        let mut pieces = pin!(pieces);
        let mut next = || {
            let piece = pieces.next().now_or_never().unwrap();
            (piece.map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap()), read.get())
        };
        assert_eq!(next(), (Some(r#"{"a":[],"b":[0,0"#.to_owned()), 1));
        assert_eq!(next(), (Some(",1,1".to_owned()), 2));
        assert_eq!(next(), (Some(r#",2,2],"c":1}"#.to_owned()), 3));
        assert_eq!(next(), (None, 3));
    }

    #[test]
    fn a_list_without_items_is_empty() {
        let (pieces, _) = pages(r#"{"b":[],"c":1}"#, 0, |_| Vec::new());
        let all: Vec<_> = pieces.map(Result::unwrap).collect::<Vec<_>>().now_or_never().unwrap();
        assert_eq!(all, [r#"{"b":[],"c":1}"#]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_at_first_and_cuts_the_answer_off_later() {
        let read = |fails_at: u32| {
            move |place: u32| -> Ready<Read<u32, u32, StoreError>> {
                let failed = || Err(StoreError::other("the disk is gone"));
                ready(if place == fails_at { failed() } else { Ok((vec![place], Some(place + 1))) })
            }
        };
        assert!(pieces("[]".to_owned(), 0, read(0)).now_or_never().unwrap().is_err());
        let later = pieces("[]".to_owned(), 0, read(1)).now_or_never().unwrap();
        let all = later.unwrap_or_else(|_| panic!("the first page")).collect::<Vec<_>>().now_or_never().unwrap();
        assert_eq!(all.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
    }
}
