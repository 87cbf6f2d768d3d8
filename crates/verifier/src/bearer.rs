use crate::Refusal;

/// The scheme of RFC 6750, section 2.1; schemes are compared in any case (RFC 9110, section 11.1).
const SCHEME: &str = "bearer";

/// The token in the values of all headers `Authorization` of a request.
///
/// # Errors
/// [`Refusal::MissingToken`] without the header or with another scheme, [`Refusal::InvalidRequest`] where there are two of
/// them, or one that holds no token.
pub fn bearer_token<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<&'a str, Refusal> {
    let mut values = values.into_iter();
    let value = values.next().ok_or(Refusal::MissingToken)?;
    if values.next().is_some() {
        return Err(Refusal::InvalidRequest);
    }
    let value = str::from_utf8(value).map_err(|_| Refusal::InvalidRequest)?;
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case(SCHEME) {
        return Err(Refusal::MissingToken);
    }
    let token = token.trim_start_matches(' ');
    if token.is_empty() { Err(Refusal::InvalidRequest) } else { Ok(token) }
}
