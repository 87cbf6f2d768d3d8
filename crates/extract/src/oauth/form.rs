use std::borrow::Cow;
use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use ore_errors::{ApiError, OAuthProblem};
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::body::{read, require_form};

/// The parameters of a call, each once (RFC 6749, section 3.2).
pub struct Form(Vec<(String, Zeroizing<String>)>);

impl Form {
    /// Reads the body of a request.
    pub(super) async fn read(request: &HttpRequest, payload: Payload) -> Result<Self, ApiError> {
        require_form(request)?;
        Self::parse(&read(request, payload).await?)
    }

    fn parse(body: &[u8]) -> Result<Self, ApiError> {
        let owned =
            |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), Zeroizing::new(value.into_owned()));
        let parameters: Vec<_> = form_urlencoded::parse(body).map(owned).collect();
        let names: BTreeSet<&str> = parameters.iter().map(|(name, _)| name.as_str()).collect();
        if names.len() < parameters.len() {
            return Err(OAuthProblem::InvalidRequest("A parameter comes twice.").into());
        }
        Ok(Self(parameters))
    }

    /// The value of a parameter. One without a value is omitted.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// The value of a parameter that has to be there.
    ///
    /// # Errors
    /// [`OAuthProblem::MissingParameter`].
    pub fn require(&self, name: &'static str) -> Result<&str, ApiError> {
        self.get(name).ok_or_else(|| OAuthProblem::MissingParameter(name).into())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn parameters_are_decoded_and_empty_ones_are_omitted() {
        let form = Form::parse(b"token=a%2Bb+c&hint=&%73cope=x&flag").unwrap();
        assert_eq!((form.get("token"), form.get("scope")), (Some("a+b c"), Some("x")));
        assert_eq!((form.get("hint"), form.get("flag"), form.get("other")), (None, None, None));
    }

    #[rstest]
    #[case("token=a&token=a")]
    #[case("token=&token=a")]
    #[case("a=1&t%6Fken=1&token=2")]
    fn a_parameter_that_comes_twice_is_refused(#[case] body: &str) {
        assert!(matches!(Form::parse(body.as_bytes()), Err(ApiError::OAuth(OAuthProblem::InvalidRequest(_)))));
    }
}
