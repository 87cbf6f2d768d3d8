use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};
use ore_domain::{Permission, PermissionSet};
use ore_errors::{ApiError, DeclaresProblems, Problem};
use ore_schemas::{FieldError, Violation};
use ore_services::{Caller, Credential, Identity};
use url::form_urlencoded;

use crate::current_user::authenticate;
use crate::permitted::require;

/// A caller of a service behind a gateway, who has the permission that the gateway asks for.
pub struct GatewayCheck(Caller);

impl FromRequest for GatewayCheck {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            if let Some(needed) = permission(request.query_string())? {
                require(&caller, needed, &request).await?;
            }
            Ok(Self(caller))
        })
    }
}

/// A name that is none would let everybody pass, or nobody.
fn permission(query: &str) -> Result<Option<Permission>, ApiError> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "permission");
    let refused =
        || ApiError::Validation(vec![FieldError { field: "permission", violation: Violation::UnknownPermission }]);
    let Some((_, name)) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(refused());
    }
    name.parse().map(Some).map_err(|_| refused())
}

impl GatewayCheck {
    /// The headers for the service behind the gateway.
    pub fn into_headers(self) -> Vec<(HeaderName, HeaderValue)> {
        let impersonator = self.0.impersonator();
        let Caller { identity, credential, permissions } = self.0;
        // What nobody does in place of another.
        let permissions: PermissionSet =
            permissions.iter().filter(|it| impersonator.is_none() || !it.changes_access()).collect();
        let (name, id) = match identity {
            Identity::User(user) => ("x-user-id", user.id.to_string()),
            Identity::ServiceAccount(account) => ("x-client-id", account.id.to_string()),
        };
        let mut headers = vec![(HeaderName::from_static(name), id), scopes(permissions.to_string())];
        if let Credential::Session(session) = credential {
            headers.push((HeaderName::from_static("x-session-id"), session.id.to_string()));
        }
        if let Some(impersonator) = impersonator {
            headers.push((HeaderName::from_static("x-impersonator-id"), impersonator.to_string()));
        }
        let text = |(name, value): (HeaderName, String)| Some((name, HeaderValue::from_str(&value).ok()?));
        headers.into_iter().filter_map(text).collect()
    }
}

fn scopes(text: String) -> (HeaderName, String) {
    (HeaderName::from_static("x-scopes"), text)
}

impl DeclaresProblems for GatewayCheck {
    fn problems() -> Vec<Problem> {
        vec![
            Problem::Unauthorized,
            Problem::MissingPermission,
            Problem::Impersonated,
            Problem::ValidationFailed,
            Problem::Unavailable,
        ]
    }
}
