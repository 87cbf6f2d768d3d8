//! Entity tags (RFC 9110, 8.8.3).

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderName, IF_MATCH, IF_NONE_MATCH};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ore_errors::{ApiError, Problem};
use ore_services::Precondition;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// Half of the hash tells as many things apart as there will ever be.
const BYTES: usize = 16;

/// The strong entity tag of something that clients see as this.
pub fn etag_of(value: &impl Serialize) -> String {
    // What is sent can be written.
    let text = serde_json::to_vec(value).unwrap_or_default();
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(text)[..BYTES]))
}

/// The condition in `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IfMatch {
    /// Whatever is there.
    Any,
    /// One of these, written as they are.
    Tags(Vec<String>),
}

impl IfMatch {
    /// Of a request.
    ///
    /// # Errors
    /// [`Problem::PreconditionRequired`] without the header.
    pub fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        let tags = tags(request, &IF_MATCH);
        match tags.as_slice() {
            [] => Err(Problem::PreconditionRequired.into()),
            [only] if only == "*" => Ok(Self::Any),
            _ => Ok(Self::Tags(tags)),
        }
    }

    /// The same for the transaction of a change, which decides it again.
    pub fn into_precondition<T: 'static>(self, etag: fn(&T) -> String) -> Precondition<T> {
        Arc::new(move |it| self.admits(&etag(it)))
    }

    /// Whether something with this tag is meant. Weak tags match nothing (RFC 9110, 13.1.1).
    pub fn admits(&self, etag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Tags(tags) => tags.iter().any(|tag| tag == etag),
        }
    }
}

/// Whether the client has what has this tag (RFC 9110, 13.1.2).
pub fn is_known_to(request: &HttpRequest, etag: &str) -> bool {
    tags(request, &IF_NONE_MATCH).iter().any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
}

/// Ours have no comma. Of a header that is no text nothing matches.
fn tags(request: &HttpRequest, name: &HeaderName) -> Vec<String> {
    let values = request.headers().get_all(name).map(|value| value.to_str().unwrap_or("\u{fffd}"));
    values.flat_map(|value| value.split(',')).map(|tag| tag.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::same("\"a\"", true)]
    #[case::one_of_several("\"b\", \"a\"", true)]
    #[case::any("*", true)]
    #[case::weak("W/\"a\"", false)]
    #[case::other("\"b\"", false)]
    #[case::without_quotes("a", false)]
    fn a_precondition_is_compared_strongly(#[case] header: &str, #[case] admits: bool) {
        let request = TestRequest::default().insert_header((IF_MATCH, header)).to_http_request();
        assert_eq!(IfMatch::of(&request).unwrap().admits("\"a\""), admits);
    }

    #[test]
    fn a_precondition_has_to_be_there() {
        let error = IfMatch::of(&TestRequest::default().to_http_request()).unwrap_err();
        assert_eq!(error.problem(), Some(Problem::PreconditionRequired));
    }

    #[rstest]
    #[case::same("\"a\"", true)]
    #[case::weak("W/\"a\"", true)]
    #[case::any("*", true)]
    #[case::other("\"b\"", false)]
    fn what_a_client_has_is_compared_weakly(#[case] header: &str, #[case] is_known: bool) {
        let request = TestRequest::default().insert_header((IF_NONE_MATCH, header)).to_http_request();
        assert_eq!(is_known_to(&request, "\"a\""), is_known);
    }

    #[test]
    fn a_tag_tells_what_is_different_apart() {
        assert_eq!(etag_of(&[1, 2]), etag_of(&[1, 2]));
        assert_ne!(etag_of(&[1, 2]), etag_of(&[2, 1]));
    }
}
