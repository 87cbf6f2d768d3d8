use std::borrow::Cow;

use serde::Deserialize;

use super::TokenError;

/// The media type of access tokens (RFC 9068, section 2.1).
pub(super) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// Everything else is refused: what an extension parameter (`crit`, `b64`) or a key (`jwk`, `jku`, `x5u`) asks for would have
/// to be done, and tokens of ours carry none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header<'a> {
    #[serde(borrow)]
    pub(super) alg: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
    /// Of tokens that are signed with the private half of a pair.
    #[serde(borrow, default)]
    pub(super) kid: Option<Cow<'a, str>>,
}

/// Reads a decoded header of exactly `alg`, `typ` and perhaps `kid`.
pub(super) fn read_header(json: &[u8], is_expected_type: impl FnOnce(&str) -> bool) -> Result<Header<'_>, TokenError> {
    // serde reads a struct from a JSON array as well.
    if json.first() != Some(&b'{') {
        return Err(TokenError::UnacceptableHeader);
    }
    let header: Header<'_> = serde_json::from_slice(json).map_err(|_| TokenError::UnacceptableHeader)?;
    if is_expected_type(&header.typ) { Ok(header) } else { Err(TokenError::WrongType) }
}

/// `at+jwt`, with or without the prefix `application/`, in any case (RFC 9068, section 4; RFC 7515, section 4.1.9).
pub(super) fn is_access_token_type(name: &str) -> bool {
    name.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE) || name.eq_ignore_ascii_case("application/at+jwt")
}

#[cfg(test)]
mod tests {
    use super::{TokenError, is_access_token_type, read_header};

    fn check(json: &str) -> Result<(), TokenError> {
        read_header(json.as_bytes(), is_access_token_type).map(drop)
    }

    #[test]
    fn the_type_is_read_as_rfc_9068_says() {
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
            assert_eq!(check(&format!(r#"{{"typ":"{typ}","alg":"HS256"}}"#)), Ok(()));
        }
        for typ in ["JWT", "jwt", "", "at+jwt ", "application/jwt", "refresh+jwt", "logout+jwt"] {
            assert_eq!(check(&format!(r#"{{"typ":"{typ}","alg":"HS256"}}"#)), Err(TokenError::WrongType));
        }
    }

    #[test]
    fn headers_of_another_shape_are_refused() {
        for header in [
            r#"["HS256","at+jwt"]"#,
            r#"{"alg":"HS256"}"#,
            r#"{"typ":"at+jwt"}"#,
            r#"{"alg":"HS256","alg":"HS256","typ":"at+jwt"}"#,
            r#"{"alg":"none","typ":"at+jwt","alg":"HS256"}"#,
            r#"{"alg":["HS256"],"typ":"at+jwt"}"#,
            r#"{"alg":null,"typ":"at+jwt"}"#,
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":7}"#,
            r#"{"alg":"EdDSA","typ":"at+jwt","kid":"a","kid":"a"}"#,
            r#"{"alg":"HS256","typ":"at+jwt"}{}"#,
            r#" {"alg":"HS256","typ":"at+jwt"}"#,
            "",
            "null",
        ] {
            assert_eq!(check(header), Err(TokenError::UnacceptableHeader), "{header}");
        }
    }
}
