use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use ore_domain::permissions::TokensVerify;
use ore_errors::{ApiError, DeclaresProblems, Problem};
use zeroize::Zeroizing;

use super::{ClientCredentials, OAuthCall};
use crate::Permitted;
use crate::current_user::authenticate;

/// The token of an introspection request (RFC 7662, section 2.1). The caller authenticates as a client, or with a
/// bearer token or an API key, and needs the permission `tokens.verify`.
pub struct IntrospectionCall(pub Zeroizing<String>);

impl FromRequest for IntrospectionCall {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, call) = (request.clone(), OAuthCall::from_request(request, payload));
        Box::pin(async move {
            let OAuthCall { form, credentials } = call.await?;
            let caller = match credentials {
                ClientCredentials::Bearer => authenticate(&request).await?,
                other => other.authenticate(&request).await?.caller,
            };
            Permitted::<TokensVerify>::of(&caller, &request).await?;
            Ok(Self(Zeroizing::new(form.require("token")?.to_owned())))
        })
    }
}

impl DeclaresProblems for IntrospectionCall {
    fn problems() -> Vec<Problem> {
        <(OAuthCall, Permitted<TokensVerify>)>::problems()
    }
}
