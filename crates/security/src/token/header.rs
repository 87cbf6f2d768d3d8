use std::borrow::Cow;

use serde::Deserialize;

use super::{Algorithm, TokenError};

/// The media type of access tokens (RFC 9068, section 2.1).
pub(super) const ACCESS_TOKEN_TYPE: &str = "at+jwt";

/// Everything else is refused: what an extension parameter (`crit`, `b64`), a key (`jwk`, `jku`, `x5u`) or a key
/// identifier (`kid`) asks for would have to be done, and tokens of ours carry none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
}

/// Checks a decoded header of exactly `alg` and `typ`.
pub(super) fn check_header(
    json: &[u8],
    algorithm: Algorithm,
    is_expected_type: impl FnOnce(&str) -> bool,
) -> Result<(), TokenError> {
    // serde reads a struct from a JSON array as well.
    if json.first() != Some(&b'{') {
        return Err(TokenError::UnacceptableHeader);
    }
    let header: Header<'_> = serde_json::from_slice(json).map_err(|_| TokenError::UnacceptableHeader)?;
    if header.alg != algorithm.name() {
        return Err(TokenError::WrongAlgorithm);
    }
    if is_expected_type(&header.typ) { Ok(()) } else { Err(TokenError::WrongType) }
}

/// `at+jwt`, with or without the prefix `application/`, in any case (RFC 9068, section 4; RFC 7515, section 4.1.9).
pub(super) fn is_access_token_type(name: &str) -> bool {
    name.eq_ignore_ascii_case(ACCESS_TOKEN_TYPE) || name.eq_ignore_ascii_case("application/at+jwt")
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, TokenError, check_header, is_access_token_type};

    fn check(json: &str) -> Result<(), TokenError> {
        check_header(json.as_bytes(), Algorithm::Hs256, is_access_token_type)
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
    fn other_algorithms_and_other_spellings_are_refused() {
        for algorithm in ["none", "None", "NONE", "nOnE", "", "hs256", "HS384", "HS512", "RS256", "ES256", "HS256 "] {
            let header = format!(r#"{{"typ":"at+jwt","alg":"{algorithm}"}}"#);
            assert_eq!(check(&header), Err(TokenError::WrongAlgorithm));
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
            r#"{"alg":"HS256","typ":"at+jwt"}{}"#,
            r#" {"alg":"HS256","typ":"at+jwt"}"#,
            "",
            "null",
        ] {
            assert_eq!(check(header), Err(TokenError::UnacceptableHeader), "{header}");
        }
    }
}
