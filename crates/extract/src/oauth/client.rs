use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ore_errors::{ApiError, OAuthProblem, Problem};
use ore_limits::{CredentialLimits, CredentialUse};
use ore_services::{Client, ClientError, Services};
use ore_web::context::RequestContext;
use ore_web::middleware::X_API_KEY;
use ore_web::state::ApiState;
use url::form_urlencoded;
use zeroize::Zeroizing;

use super::Form;
use crate::request_origin::origin_of;

/// The credentials of an OAuth client (RFC 6749, section 2.3).
pub enum ClientCredentials {
    /// Nothing but a name, if that.
    None,
    /// A secret, with HTTP Basic or in the body.
    Secret {
        /// The name of the client.
        name: String,
        /// Its secret.
        secret: Zeroizing<String>,
    },
    /// A bearer token or an API key of its own, as for the rest of the API.
    Bearer,
    /// Unreadable or unsupported credentials.
    Unsupported,
}

impl ClientCredentials {
    /// Those of a request.
    ///
    /// # Errors
    /// [`OAuthProblem::InvalidRequest`] of those who show who they are in two ways, or in half of one.
    pub(super) fn of(request: &HttpRequest, form: &Form) -> Result<Self, ApiError> {
        let in_body = form.get("client_secret");
        let has_assertion = form.get("client_assertion").is_some() || form.get("client_assertion_type").is_some();
        let in_header = [AUTHORIZATION, X_API_KEY].map(|name| request.headers().contains_key(name));
        let ways = in_header.into_iter().chain([in_body.is_some(), has_assertion]).filter(|is_used| *is_used).count();
        if ways > 1 {
            return Err(OAuthProblem::InvalidRequest("The client shows who it is in two ways.").into());
        }
        if let Some(secret) = in_body {
            let (name, secret) = (form.require("client_id")?.to_owned(), Zeroizing::new(secret.to_owned()));
            return Ok(Self::Secret { name, secret });
        }
        let credentials = Self::of_headers(request, has_assertion);
        match (&credentials, form.get("client_id")) {
            (Self::Secret { name, .. }, Some(other)) if name != other => {
                Err(OAuthProblem::InvalidRequest("The client has two names.").into())
            }
            _ => Ok(credentials),
        }
    }

    fn of_headers(request: &HttpRequest, has_assertion: bool) -> Self {
        let Some(value) = request.headers().get(AUTHORIZATION) else {
            return match (has_assertion, request.headers().contains_key(X_API_KEY)) {
                (true, _) => Self::Unsupported,
                (false, true) => Self::Bearer,
                (false, false) => Self::None,
            };
        };
        let Ok(value) = value.to_str() else { return Self::Unsupported };
        match value.split_once(' ') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("basic") => {
                basic(rest.trim_start_matches(' ')).unwrap_or(Self::Unsupported)
            }
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => Self::Bearer,
            _ => Self::Unsupported,
        }
    }

    /// The client that has shown with a secret who it is. Those who fail are limited, logged and audited.
    ///
    /// # Errors
    /// [`OAuthProblem::InvalidClient`], one for an unknown client and for a wrong secret; [`ApiError::RateLimited`] of those
    /// who fail too often; [`Problem::Unavailable`].
    pub async fn authenticate(&self, request: &HttpRequest) -> Result<Client, ApiError> {
        let Self::Secret { name, secret } = self else { return Err(OAuthProblem::InvalidClient.into()) };
        let services = request.app_data::<Data<Services>>().ok_or(Problem::InternalError)?;
        let state = request.app_data::<Data<ApiState>>().ok_or(Problem::InternalError)?;
        let limits = request.app_data::<Data<CredentialLimits>>().ok_or(Problem::InternalError)?;
        let result = services.authentication.authenticate_client(name, secret).await;
        state.credential_log.client(&result);
        let refusal = match result {
            Ok(client) => return Ok(client),
            Err(ClientError::Store(error)) => return Err(error.into()),
            Err(ClientError::Invalid(refusal)) => refusal,
        };
        let address = RequestContext::of(request).and_then(|context| context.client);
        limits.admit(address, CredentialUse::Client).await?;
        services.client_tokens.record_refused_client(name, refusal, &origin_of(request)).await;
        Err(OAuthProblem::InvalidClient.into())
    }
}

/// Name and secret are encoded as in a form before they are put together (RFC 6749, section 2.3.1).
fn basic(text: &str) -> Option<ClientCredentials> {
    let decoded = Zeroizing::new(String::from_utf8(STANDARD.decode(text).ok()?).ok()?);
    let (name, secret) = decoded.split_once(':')?;
    if secret.is_empty() {
        return Some(ClientCredentials::None);
    }
    Some(ClientCredentials::Secret { name: unencoded(name)?, secret: Zeroizing::new(unencoded(secret)?) })
}

fn unencoded(text: &str) -> Option<String> {
    // Neither `&` nor `=` stands in what is encoded.
    if text.contains(['&', '=']) {
        return None;
    }
    Some(form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name.into_owned()).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn secret(text: &str) -> Option<(String, String)> {
        match basic(&STANDARD.encode(text))? {
            ClientCredentials::Secret { name, secret } => Some((name, secret.to_string())),
            _ => None,
        }
    }

    #[rstest]
    #[case("a:b", "a", "b")]
    #[case("a%3Ab:c:d", "a:b", "c:d")]
    #[case("a+b:%2B", "a b", "+")]
    #[case(":b", "", "b")]
    fn name_and_secret_are_decoded(#[case] text: &str, #[case] name: &str, #[case] expected: &str) {
        assert_eq!(secret(text), Some((name.to_owned(), expected.to_owned())));
    }

    #[rstest]
    #[case("a")]
    #[case("a=b:c")]
    #[case("a:b&c")]
    fn anything_else_is_no_secret(#[case] text: &str) {
        assert_eq!(secret(text), None);
    }

    #[test]
    fn a_name_without_a_secret_shows_nothing() {
        assert!(matches!(basic(&STANDARD.encode("a:")), Some(ClientCredentials::None)));
        assert!(basic("%").is_none());
    }
}
