use actix_web::HttpResponse;
use maud::{Markup, html};
use ore_errors::{ApiError, Problem};
use ore_web::context::RequestContext;

use super::first_admin;
use crate::admin_sections::sections_for;
use crate::components::link;
use crate::texts::Text;
use crate::visit::{Visit, see_other};

/// The address in the examples if nobody is logged in.
const ANYBODY: &str = "ada@example.org";

/// Leads developers on, at first to the page of the first account. Elsewhere there is nothing at `/`, so that a proxy may have
/// a site of its own there.
pub(super) async fn page(visit: Visit) -> Result<HttpResponse, ApiError> {
    if !visit.site.is_debug {
        return Err(Problem::NotFound.into());
    }
    if matches!(first_admin::is_wanted(&visit).await, Ok(true)) {
        return Ok(see_other(first_admin::PATH));
    }
    // Whoever is not signed in is led to the log-in there.
    let administers = visit.session.is_none() || !sections_for(visit.surroundings.may).is_empty();
    let content = html! {
        (link(&visit, "/account", Text::RootAccount))
        @if administers { (link(&visit, "/admin", Text::AdminTitle)) }
        (link(&visit, "/docs", Text::RootDocs))
        (calls(&visit))
    };
    Ok(visit.page(Text::RootTitle, &content))
}

/// A log-in and a look at the account, as they are typed in.
fn calls(visit: &Visit) -> Markup {
    let (url, email) = (url_of(visit), email_of(visit));
    html! {
        p { (visit.text(Text::RootCurl)) }
        pre {
            "TOKEN=$(curl -s " (url) "/api/v1/auth/login -H 'Content-Type: application/json' "
            "-d '{\"email\": \"" (email) "\", \"password\": \"…\"}' "
            "| sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n"
            "curl -s " (url) "/api/v1/auth/me -H \"Authorization: Bearer $TOKEN\""
        }
    }
}

/// The URL of the page as the reader opened it.
fn url_of(visit: &Visit) -> String {
    let is_https = RequestContext::of(&visit.request).is_some_and(|context| context.is_https);
    let host = visit.request.headers().get(actix_web::http::header::HOST).and_then(|host| host.to_str().ok());
    format!("{}://{}", if is_https { "https" } else { "http" }, host.unwrap_or("localhost"))
}

/// An address that a shell would read as something else is not written into a call.
fn email_of(visit: &Visit) -> &str {
    let email = visit.session.as_ref().map(|session| session.user.email.as_str());
    let is_plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@.+-_".contains(&byte));
    email.filter(is_plain).unwrap_or(ANYBODY)
}
