use serde::Deserialize;

use super::TokenError;
use super::compact::{CompactToken, parse_claims};

#[derive(Deserialize)]
struct Claims {
    iss: String,
}

/// Which issuer a token names (RFC 7519, section 4.1.1), whoever made it. It is for one thing: to choose the verifier that then
/// checks all of the token, `iss` too.
///
/// # Errors
/// [`TokenError`] when it is too long or malformed, or names no issuer or several.
pub fn unverified_issuer(token: &str) -> Result<String, TokenError> {
    let claims = CompactToken::parse(token)?.claims_json()?;
    Ok(parse_claims::<Claims>(&claims)?.iss)
}

#[cfg(test)]
mod tests {
    use super::super::compact::{MAXIMUM_TOKEN_BYTES, encode};
    use super::*;

    #[test]
    fn a_token_names_one_issuer_or_none() {
        let token = |claims: &str| format!("a.{}.c", encode(claims));
        assert_eq!(unverified_issuer(&token(r#"{"sub":"x","iss":"https://a.test"}"#)), Ok("https://a.test".to_owned()));
        for claims in ["{}", "[\"https://a.test\"]", r#"{"iss":7}"#, r#"{"iss":"a","iss":"b"}"#, "null"] {
            assert_eq!(unverified_issuer(&token(claims)), Err(TokenError::MalformedClaims), "{claims}");
        }
        assert_eq!(unverified_issuer("a.b"), Err(TokenError::Malformed));
        assert_eq!(unverified_issuer("a.!.c"), Err(TokenError::Malformed));
        assert_eq!(unverified_issuer(&"a".repeat(MAXIMUM_TOKEN_BYTES + 1)), Err(TokenError::TooLong));
    }
}
